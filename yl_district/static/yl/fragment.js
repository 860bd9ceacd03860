"use strict";

// What stands behind the # of the address goes into the field named by the form, then out of the address, and is sent:
// no server is told of it but in the body of that form.
const takes = document.querySelector("[data-takes-fragment]");
const behind = decodeURIComponent(location.hash.slice(1));

if (takes && behind) {
  takes.elements[takes.dataset.takesFragment].value = behind;
  history.replaceState(null, "", location.pathname);
  takes.submit();
}
