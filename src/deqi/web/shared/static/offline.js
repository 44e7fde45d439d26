"use strict";
// Keeps the whole list of pages on this device, or removes it. The list is the same for everybody.
const COPY = "deqi-pages", COMING = "deqi-pages-coming";
// From the network: not from the browser's own store, and not from the older copy.
const FRESH = { cache: "reload" };
const at = (name) => document.getElementById(name);

function tell(key, fields = {}) {
  const sentence = at("state").dataset[key];
  at("state").textContent = sentence.replace(/\{(\w+)\}/g, (_, name) => fields[name] ?? "");
}

function show(there) {
  at("remove").hidden = !there;
}

async function list() {
  const script = await (await fetch("/offline/worker.js", FRESH)).text();
  return JSON.parse(/new Set\((\[.*\])\)/.exec(script)[1]);
}

async function look() {
  if (!(await caches.has(COPY))) { show(false); return tell("none"); }
  const here = await (await caches.open(COPY)).match("/offline");
  if (!here) { show(true); return tell("failed"); }
  const page = new DOMParser().parseFromString(await here.text(), "text/html");
  const edition = page.getElementById("copy").dataset.edition;
  show(true);
  tell(edition === at("copy").dataset.edition ? "there" : "old", { edition });
}

async function keep() {
  at("keep").disabled = true;
  try {
    // The page that says the copy is there comes last.
    const pages = (await list()).filter((one) => one !== "/offline").concat("/offline");
    // An older copy stays until the new one is whole.
    const coming = await caches.open(COMING);
    for (const [done, page] of pages.entries()) {
      tell("keeping", { done, count: pages.length });
      await coming.add(new Request(page, FRESH));
    }
    await caches.delete(COPY);
    const copy = await caches.open(COPY);
    for (const page of pages) await copy.put(page, await coming.match(page));
    await navigator.serviceWorker.register("/offline/worker.js", { scope: "/" });
    await look();
  } catch {
    show(await caches.has(COPY));
    tell("failed");
  } finally {
    await caches.delete(COMING);
    at("keep").disabled = false;
  }
}

async function remove() {
  const found = await navigator.serviceWorker.getRegistration("/");
  if (found) await found.unregister();
  await caches.delete(COPY);
  show(false);
  tell("removed");
}

if (location.pathname !== "/offline") at("missing").hidden = false;
if (!("serviceWorker" in navigator) || !("caches" in window)) {
  at("cannot").hidden = false;
} else {
  at("doing").hidden = false;
  at("keep").addEventListener("click", keep);
  at("remove").addEventListener("click", remove);
  look();
}
