"use strict";

// How text is sealed for this browser, under keys that the server gives and the browser holds in memory alone: drafts
// and what waits on a phone lie so.
const sealing = {
  // What the server answers as JSON; fails where it answers otherwise.
  async ask(address, options = {}) {
    const answer = await fetch(address, { cache: "no-store", ...options, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  },

  asText(bytes) {
    let text = "";
    for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
    return btoa(text);
  },

  asBytes: (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),

  // The key of this text, which no script can read any more.
  usable: (key) => crypto.subtle.importKey("raw", sealing.asBytes(key), "AES-GCM", false, ["encrypt", "decrypt"]),

  async seal(usable, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, usable, plain);
    return { iv: sealing.asText(iv), sealed: sealing.asText(sealed) };
  },

  async unseal(usable, { iv, sealed }) {
    const way = { name: "AES-GCM", iv: sealing.asBytes(iv) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(way, usable, sealing.asBytes(sealed))));
  },

  // What a field is called on the page.
  labelOf: (field) => field.labels?.[0]?.textContent.replace("*", "").trim() || field.name,
};
