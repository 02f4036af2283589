// Forms that go on without a network, and the list of what waits on this device. Without this file they are plain forms.
"use strict";

(async () => {
  const version = document.currentScript.src.split("/").at(-2);
  const body = document.body.dataset;
  const isOffline = "offline" in body; // the page that stands in for all others
  const list = document.querySelector("[data-queue]");

  async function whoIsHere() {
    if (isOffline) return yaadQueue.here();
    if (!body.who) {
      const kept = await yaadQueue.here();
      if (kept?.deals) await yaadQueue.door(kept.device).catch(() => null); // what is known of a company goes with the way in
      return null;
    }
    const known = { name: "here", who: body.who, device: body.device, inquiry: body.inquiry, visit: body.visit, lang: document.documentElement.lang };
    const before = await yaadQueue.here();
    if (before?.who === known.who) known.deals = before.deals;
    await yaadQueue.put("here", known);
    return known;
  }

  let known = null;
  try {
    known = await whoIsHere();
  } catch {
    return; // nothing can be kept here: forms are sent as any form
  }

  const leaving = document.querySelector("form[data-leaves]");
  if (leaving) await askBeforeLeaving(leaving);
  if (isOffline) document.querySelector(known ? "[data-known]" : "[data-unknown]").hidden = false;
  if (!known) return;

  const mine = async () => (await yaadQueue.all("entries")).filter((one) => one.who === known.who);
  const { nameOf } = yaadQueue;

  async function showSent() {
    const part = document.querySelector("[data-sent]");
    if (!part) return;
    const rows = await yaadQueue.sentBy(known.who);
    part.hidden = !rows.length;
    const drawn = rows.map((one) => {
      const item = part.querySelector("template").content.cloneNode(true).firstElementChild;
      for (const word of item.querySelectorAll("[data-kind]")) word.hidden = word.dataset.kind !== one.kind;
      const link = item.querySelector("a");
      link.href = one.to;
      link.querySelector("bdi").textContent = one.about;
      item.querySelector("button").addEventListener("click", () => yaadQueue.forget(one.key).then(showSent));
      link.addEventListener("click", () => yaadQueue.forget(one.key));
      return item;
    });
    part.querySelector("ul").replaceChildren(...drawn);
  }

  async function show() {
    await showSent();
    if (!list) return;
    const rows = (await mine()).sort((one, other) => one.at.localeCompare(other.at));
    list.hidden = !rows.length;
    const drawn = rows.map((entry) => {
      const item = list.querySelector("template").content.cloneNode(true).firstElementChild;
      const state = entry.state ?? "waiting";
      item.querySelector("[data-what]").textContent = nameOf(entry);
      for (const one of item.querySelectorAll("[data-reason]")) one.textContent = entry.reason ?? "";
      for (const one of item.querySelectorAll("[data-kind]")) one.hidden = one.dataset.kind !== entry.kind;
      for (const one of item.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
      // what may have arrived is not changed: its answer is still to come
      item.querySelector("[data-act=edit]").hidden = Boolean(entry.tried);
      item.querySelector("[data-act=again]").hidden = ["waiting", "told"].includes(state);
      item.querySelector("[data-seen]").hidden = state !== "told";
      item.querySelector("[data-throws]").hidden = state === "told";
      item.dataset.key = entry.key;
      return item;
    });
    list.querySelector("ul").replaceChildren(...drawn);
  }

  async function send() {
    const sent = await yaadQueue.send(known.who).catch(() => []);
    await show();
    return sent;
  }

  // ---- a form is kept first, and sent then ------------------------------------------------------------------------

  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

  for (const form of document.querySelectorAll("form[data-keeps]")) {
    const deals = form.querySelector("select[data-deals]");
    if (deals && isOffline) deals.append(...(known.deals ?? []).map((one) => new Option(one.name, one.id)));
    form.addEventListener("submit", async (event) => {
      if ("plain" in form.dataset) return;
      event.preventDefault();
      if ("busy" in form.dataset) return;
      form.dataset.busy = "";
      const given = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["csrfmiddlewaretoken", "key", "who"].includes(name));
      const entry = {
        key: random(), who: known.who, kind: form.dataset.keeps, to: known[form.dataset.keeps], device: known.device,
        at: new Date().toISOString(), fields: given, about: deals?.selectedOptions[0]?.textContent.trim() ?? "",
      };
      const meanwhile = document.querySelector("[data-sent-said]");
      if (meanwhile) meanwhile.hidden = true;
      try {
        const isKept = form.dataset.edits ? await yaadQueue.replace(form.dataset.edits, entry) : await yaadQueue.put("entries", entry).then(() => true);
        if (!isKept) {
          // what is typed stays; sent as it is now it would be a second entry
          delete form.dataset.edits;
          delete form.dataset.busy;
          await show();
          if (meanwhile) {
            meanwhile.hidden = false;
            meanwhile.scrollIntoView({ block: "center" });
          }
          return;
        }
      } catch {
        form.dataset.plain = "";
        form.submit();
        return;
      }
      delete form.dataset.edits;
      const arrived = (await send()).find((one) => one.key === entry.key);
      if (arrived && !isOffline) {
        await yaadQueue.remove(entry.key); // that page says what there is to say
        await yaadQueue.forget(entry.key);
        location.assign(arrived.to);
        return;
      }
      const kept = (await mine()).find((one) => one.key === entry.key);
      if (kept?.state === "refused" && !isOffline) {
        await yaadQueue.remove(entry.key); // nothing was written: the page says what is wrong beside what was typed
        form.dataset.plain = "";
        form.submit();
        return;
      }
      delete form.dataset.busy;
      form.reset();
      const waits = kept && kept.state !== "told";
      if (waits) await later();
      const words = document.querySelector("[data-kept-said]");
      if (words && waits) {
        words.hidden = false;
        words.scrollIntoView({ block: "center" });
      }
    });
  }

  async function later() {
    const worker = await navigator.serviceWorker?.getRegistration("/").catch(() => null);
    await worker?.sync?.register("yaad-queue").catch(() => {}); // some browsers send only while a page is open
  }

  // ---- what waits can be mended, sent again, thrown away ------------------------------------------------------------

  async function edit(key) {
    // it is not sent while it is mended; what may have arrived is not mended
    const entry = await yaadQueue.change(key, (now) => (now.tried ? null : { ...now, editing: true }));
    if (!entry) return;
    const form = document.querySelector(`form[data-keeps="${entry.kind}"]`);
    if (!form) {
      location.assign(`${entry.to}#edit-${entry.key}`);
      return;
    }
    for (const [name, value] of entry.fields) {
      for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (one.type === "radio") one.checked = one.value === value;
        else one.value = value;
      }
    }
    if (form.dataset.edits && form.dataset.edits !== key) await letGo(form.dataset.edits);
    form.dataset.edits = key;
    form.querySelector("input:not([type=hidden]), select, textarea").focus();
  }

  const letGo = (key) => yaadQueue.change(key, (now) => ({ ...now, editing: false }));

  addEventListener("keydown", async (event) => {
    if (event.key !== "Escape") return;
    for (const form of document.querySelectorAll("form[data-edits]")) {
      const key = form.dataset.edits;
      delete form.dataset.edits;
      form.reset();
      await letGo(key);
    }
    await send();
  });

  list?.addEventListener("click", async (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    const key = event.target.closest("[data-key]")?.dataset.key;
    const entry = act && (await mine()).find((one) => one.key === key);
    if (!entry) return;
    if (act === "edit") await edit(key);
    if (act === "drop" || act === "read") await yaadQueue.remove(key);
    if (act === "again") {
      await yaadQueue.change(key, (now) => ({ ...now, state: "waiting", editing: false }));
      await send();
    }
    await show();
  });

  async function askBeforeLeaving(form) {
    const own = async () => (await yaadQueue.all("entries")).filter((one) => one.state !== "told" && one.who.startsWith(`${form.dataset.leaves}-`));
    if ((await own()).length) await yaadQueue.send("").catch(() => {});
    const left = (await own()).length;
    const words = form.querySelector("[data-left]");
    words.hidden = !left;
    words.querySelector("[data-n]").textContent = String(left);
    form.addEventListener("submit", async (event) => {
      if ("plain" in form.dataset) return;
      event.preventDefault();
      form.dataset.plain = "";
      await yaadQueue.leave(form.dataset.leaves).catch(() => {});
      form.submit();
    });
  }

  // ---- the page and its device --------------------------------------------------------------------------------------

  addEventListener("online", send);
  const asked = /^#edit-([0-9a-f]{32})$/.exec(location.hash)?.[1];
  for (const one of await mine()) if (one.editing && one.key !== asked) await letGo(one.key); // its page was left
  await show();
  if (asked && (await mine()).some((one) => one.key === asked)) await edit(asked);
  await send();
  if (isOffline) return;
  if (document.querySelector("[data-knows-deals]")) {
    const told = await yaadQueue.door(`${known.device}?deals=1`).catch(() => null);
    if (told?.deals && told.who === known.who) await yaadQueue.put("here", { ...known, deals: told.deals });
  }
  const worker = await navigator.serviceWorker?.register(`/worker.js?v=${version}`, { scope: "/" }).catch(() => null);
  worker?.active?.postMessage("fill");
})();
