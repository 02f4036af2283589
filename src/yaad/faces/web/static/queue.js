// What is written without a network waits on this device, and is sent once when the network is back.
// Pages and the worker share this file. An entry belongs to one account in one company: nobody else sees or sends it.
"use strict";

// eslint-disable-next-line no-unused-vars
const yaadQueue = (() => {
  const DONE = ["refused", "told"]; // answered: they stay until who wrote them has read why

  const opened = () =>
    new Promise((done, failed) => {
      const asked = indexedDB.open("yaad", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("entries", { keyPath: "key" });
        asked.result.createObjectStore("here", { keyPath: "name" });
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });

  async function within(name, mode, work) {
    const base = await opened();
    try {
      const act = base.transaction(name, mode, mode === "readwrite" ? { durability: "strict" } : {});
      const asked = work(act.objectStore(name));
      await new Promise((done, failed) => {
        act.oncomplete = done;
        act.onerror = act.onabort = () => failed(act.error);
      });
      return asked?.result;
    } finally {
      base.close();
    }
  }

  const put = (name, row) => within(name, "readwrite", (rows) => rows.put(row));
  const all = (name) => within(name, "readonly", (rows) => rows.getAll());
  const remove = (key) => within("entries", "readwrite", (rows) => rows.delete(key));
  const here = () => within("here", "readonly", (rows) => rows.get("here"));

  // What was sent is told until who wrote it has read that, for a day: what it was called, and where it can be seen.
  const SENT = "sent-";
  const DAY = 86_400_000;
  const nameOf = (entry) => {
    const said = (name) => entry.fields.find(([each]) => each === name)?.[1] ?? "";
    if (entry.kind === "visit") return entry.about || said("id");
    return ["name", "company", "phone", "email", "text"].map(said).find(Boolean) ?? "";
  };
  const noteSent = (entry, to) =>
    put("here", { name: SENT + entry.key, key: entry.key, who: entry.who, kind: entry.kind, about: nameOf(entry), to, at: Date.now() });
  const forget = (key) => within("here", "readwrite", (rows) => rows.delete(SENT + key));
  async function sentBy(who) {
    const rows = (await all("here")).filter((one) => one.name.startsWith(SENT));
    for (const one of rows) if (Date.now() - one.at > DAY) await forget(one.key);
    return rows.filter((one) => one.who === who && Date.now() - one.at <= DAY);
  }

  // Make something else of an entry as it is now, in one step; null: it is gone, or `made` would not have it.
  async function change(key, made) {
    let now = null;
    await within("entries", "readwrite", (rows) => {
      const asked = rows.get(key);
      asked.onsuccess = () => {
        now = (asked.result && made(asked.result)) || null;
        if (now) rows.put(now);
      };
    });
    return now;
  }

  // Put an entry in the place of one that is mended; false: that one was sent meanwhile, and nothing is put.
  async function replace(key, entry) {
    let isPut = false;
    await within("entries", "readwrite", (rows) => {
      const asked = rows.get(key);
      asked.onsuccess = () => {
        if (!asked.result || asked.result.tried) return;
        isPut = true;
        rows.delete(key);
        rows.put(entry);
      };
    });
    return isPut;
  }

  // Whose the device is by now, with a fresh word for forms; null: the network is there, and nobody is signed in.
  // Deals stay known by name on the device only as long as who knows them may come in here.
  async function door(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
    if (answer.status === 429) throw new Error("later");
    if (answer.status >= 500) return { who: "", fails: true };
    const told = answer.ok ? await answer.json() : answer.status === 404 ? { who: "" } : null;
    const known = await here();
    if (known?.deals && known.device === address.split("?")[0] && told?.who !== known.who) {
      await put("here", { ...known, deals: undefined });
    }
    return told;
  }

  async function sendOne(key, open) {
    // as it is now: it may be mended since it was looked at, or thrown away
    const entry = await change(key, (now) => (now.editing || DONE.includes(now.state) ? null : { ...now, tried: true, state: "waiting" }));
    if (!entry) return null;
    const body = new URLSearchParams(entry.fields);
    for (const [name, value] of [["key", entry.key], ["who", entry.who], ["written_at", entry.at], ["csrfmiddlewaretoken", open.token]]) {
      body.set(name, value);
    }
    const answer = await fetch(entry.to, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect") {
      await change(key, (now) => ({ ...now, state: "out" }));
    } else if (answer.ok) {
      const told = await answer.json();
      if (told.said) await change(key, (now) => ({ ...now, state: "told", reason: told.said }));
      else {
        await noteSent(entry, told.to);
        await remove(key);
      }
      return { key, to: told.to };
    } else if (answer.status === 429) {
      throw new Error("later");
    } else if (answer.status >= 500) {
      await change(key, (now) => ({ ...now, state: "failed" })); // it stands in nobody's way
    } else {
      const told = await answer.json().catch(() => ({}));
      await change(key, (now) => ({ ...now, tried: false, state: "refused", reason: told.error ?? String(answer.status) }));
    }
    return null;
  }

  // Send what waits, in its order; one of all windows does. What cannot be sent now goes on waiting.
  async function send(who) {
    const work = async () => {
      const doors = new Map();
      const sent = [];
      const rows = (await all("entries")).filter((one) => !one.editing && !DONE.includes(one.state) && (!who || one.who === who));
      for (const entry of rows.sort((one, other) => one.at.localeCompare(other.at))) {
        if (!doors.has(entry.device)) doors.set(entry.device, await door(entry.device));
        const open = doors.get(entry.device);
        if (open === null) await change(entry.key, (now) => ({ ...now, state: "out" }));
        else if (open.fails) await change(entry.key, (now) => ({ ...now, state: "failed" }));
        else if (open.who === entry.who) {
          const done = await sendOne(entry.key, open);
          if (done) sent.push(done);
        }
      }
      return sent;
    };
    return navigator.locks ? navigator.locks.request("yaad-queue", work) : work();
  }

  // Nothing of an account stays on the device: what it wrote, whose the device was, and what was kept of the pages.
  async function leave(account) {
    const rows = await all("entries");
    await within("entries", "readwrite", (store) => {
      for (const one of rows) if (one.who.startsWith(`${account}-`)) store.delete(one.key);
    });
    await within("here", "readwrite", (store) => store.clear());
    if (self.caches) for (const name of await caches.keys()) await caches.delete(name);
  }

  return { put, all, remove, change, replace, here, door, send, leave, nameOf, sentBy, forget };
})();
