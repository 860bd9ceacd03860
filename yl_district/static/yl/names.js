"use strict";

// A line for several names: what is known is offered for the name that is being typed, after those before it.
for (const line of document.querySelectorAll("input[data-several-names]")) {
  const known = [...line.list.options].map((option) => option.value);
  line.addEventListener("input", () => {
    const before = line.value.replace(/[^、，,;；]*$/, "");
    const offered = known.map((name) => {
      const option = document.createElement("option");
      option.value = before + name;
      return option;
    });
    line.list.replaceChildren(...offered);
  });
}
