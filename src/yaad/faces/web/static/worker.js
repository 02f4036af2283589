// Stands between the pages and the network: without one it shows the one page that belongs to nobody.
// It keeps our own files and that page, and never an answer of a company.
"use strict";

const version = new URL(self.location.href).searchParams.get("v") ?? "";
const of = (name) => `/static/${version}/${name}`;
if (/^[0-9a-f]{12}$/.test(version)) importScripts(of("queue.js"));

const CACHE = `yaad-${version}`;
const FILES = [
  "parts.css", "yaad.css", "phone.css", "queue.js", "offline.js", "icons.svg", "mark.svg",
  "fonts/heebo-hebrew-wght-normal.woff2", "fonts/heebo-latin-wght-normal.woff2",
].map(of);
const PAGES = { he: "/offline/he/", en: "/offline/en/" };

async function fill() {
  const cache = await caches.open(CACHE);
  const has = await cache.match(PAGES.en);
  if (!has) await cache.addAll([...FILES, ...Object.values(PAGES)]);
}

async function withoutNetwork() {
  const known = await yaadQueue.here().catch(() => null);
  const cache = await caches.open(CACHE);
  return (await cache.match(PAGES[known?.lang] ?? PAGES.he)) ?? Response.error();
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  ),
);

self.addEventListener("message", (event) => {
  if (event.data === "fill") event.waitUntil(fill().catch(() => {})); // without a network it is filled another time
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(withoutNetwork));
  } else if (address.origin === self.location.origin && address.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((found) => found ?? fetch(request)));
  }
});

// The browser asks again where this fails.
async function sendAll() {
  await yaadQueue.send("");
  if ((await yaadQueue.all("entries")).some((one) => one.state === "failed")) throw new Error("later");
}

self.addEventListener("sync", (event) => {
  if (event.tag === "yaad-queue") event.waitUntil(sendAll());
});
