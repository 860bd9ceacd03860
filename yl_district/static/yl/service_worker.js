"use strict";

// Keeps the shell: files that are the same for everybody, and one page without data. Nothing that belongs to an account
// is ever kept; every page and every form goes to the server.
const { files, offline, version } = self.SHELL;
const PREFIX = "yl-shell-";
const NAME = `${PREFIX}${version}`;

async function keepShell() {
  const cache = await caches.open(NAME);
  // One file that is missing must not keep the others away.
  await Promise.allSettled(files.map((path) => cache.add(new Request(path, { credentials: "omit" }))));
  await cache.add(new Request(offline, { credentials: "omit", cache: "no-store" }));
}

async function dropShells(kept) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== kept).map((name) => caches.delete(name)));
}

self.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropShells(NAME).then(() => self.clients.claim())));

async function fromShell(request) {
  const cache = await caches.open(NAME);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

async function offlinePage(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(NAME);
    const page = await cache.match(offline, { ignoreVary: true });
    if (page) return page;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(offlinePage(request));
  else if (files.includes(address.pathname)) event.respondWith(fromShell(request));
});
