"use strict";
// The network first; where it does not answer, the copy. Nothing is kept here: the page /offline keeps it, as a whole,
// and a page of the list that is read again later is renewed.
const COPY = "deqi-pages";
const KEPT = new Set({{ kept | tojson }});

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const request = event.request;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const known = KEPT.has(address.pathname) && !address.search;
  if (request.mode !== "navigate" && (!known || request.cache === "reload")) return;
  event.respondWith(known ? newest(request, address.pathname) : fetch(request).catch(() => copyOf("/offline")));
});

async function newest(request, path) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return copyOf(path);
  }
  const copy = await caches.open(COPY);
  if (answer.ok && (await copy.match(path))) await copy.put(path, answer.clone());
  return answer;
}

async function copyOf(path) {
  const copy = await caches.open(COPY);
  return (await copy.match(path)) ?? Response.error();
}
