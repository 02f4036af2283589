// The grid: cells are walked and changed by keys like in a spreadsheet. Without it each row has a form of its own.
"use strict";

const table = document.querySelector(".gtable[data-edit]");
if (table) begin();

function begin() {
  const form = document.getElementById(table.dataset.edit);
  const said = document.getElementById("grid-said");
  const kinds = [...table.querySelectorAll("thead th[data-head]")].map((head) => head.dataset.kind);
  const names = [...table.querySelectorAll("thead th[data-head]")].map((head) => head.textContent.trim());
  const rows = () => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("edited"));
  const cellsOf = (row) => [...row.querySelectorAll("[data-col]")];
  const onward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  let here = null; // the cell that Tab comes to
  let editing = null; // {cell, field, held: what the field held, was: what it showed, now: what it says by now, where told meanwhile}

  function reach(cell) {
    here?.setAttribute("tabindex", "-1");
    here = cell;
    here?.setAttribute("tabindex", "0");
  }

  function go(cell) {
    if (!cell) return;
    reach(cell);
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function ready() {
    for (const row of rows()) {
      for (const cell of cellsOf(row)) cell.setAttribute("tabindex", "-1");
      for (const link of row.querySelectorAll("a")) link.tabIndex = -1;
    }
    reach(here?.isConnected ? here : cellsOf(rows()[0] ?? table)[0]);
  }

  function beside(cell, along, down) {
    const all = rows();
    const row = cell.closest("tr");
    const at = cellsOf(row).indexOf(cell) + along;
    const below = all[all.indexOf(row) + down];
    return below && cellsOf(below)[at];
  }

  // ---- a cell that is being changed
  function edit(cell, typed) {
    const at = cellsOf(cell.closest("tr")).indexOf(cell);
    const choices = document.getElementById(`choices-${kinds[at]}`);
    const field = document.createElement(choices ? "select" : "input");
    if (choices) {
      const none = new Option("", "");
      if (!cell.dataset.value) field.append(none);
      field.append(choices.content.cloneNode(true));
    } else {
      field.type = kinds[at] === "day" ? "date" : "text";
      field.maxLength = 2000;
      field.autocomplete = "off";
      field.dir = kinds[at] === "amount" ? "ltr" : "auto";
      if (kinds[at] === "amount") field.inputMode = "decimal";
    }
    field.setAttribute("aria-label", names[at]);
    field.value = oneLine(cell.dataset.value);
    editing = { cell, field, held: field.value, was: [...cell.childNodes] };
    if (typed !== undefined && !choices && field.type === "text") field.value = typed;
    cell.replaceChildren(field);
    field.focus();
    if (typed === undefined) field.select?.();
  }

  function leave() {
    const { cell, was, now } = editing;
    editing = null;
    cell.replaceChildren(...was);
    if (now !== undefined) cell.dataset.value = now;
    return cell;
  }

  function keep() {
    const value = editing.field.value.trim();
    const { cell, held } = editing;
    if (oneLine(value) !== oneLine(held)) {
      send(cell.closest("tr"), new Map([[cell.dataset.col, value]]));
      editing.now = undefined; // what is sent is what it says by now
    }
    return leave();
  }

  // ---- to the server: one row at a time, what was seen beside what is said
  let line = Promise.resolve();
  const waiting = []; // what was not answered yet
  const unsent = []; // what did not go
  const words = (name) => document.getElementById(`grid-${name}`).content.firstElementChild.cloneNode(true);
  const cellOf = (deal, name) => table.querySelector(`tr[data-deal="${CSS.escape(deal)}"] [data-col="${name}"]`);
  function send(row, says, { isBlock = false, isMore = false } = {}) {
    const told = new URLSearchParams(new FormData(form));
    told.set("deal", row.dataset.deal);
    told.set("key", crypto.randomUUID());
    for (const [name, value] of says) {
      const cell = row.querySelector(`[data-col="${name}"]`);
      told.set(name, value);
      told.set(`seen_${name}`, cell.dataset.value);
      cell.dataset.value = value; // who changes it again has seen this
    }
    waiting.push(told);
    if (isBlock) told.set("at_once", "");
    row.setAttribute("aria-busy", "true");
    line = line.then(() => post(form.action, told, isMore)).catch(() => {});
    return line.finally(() => row.removeAttribute("aria-busy"));
  }

  // what was said of cells is kept, and who has said more since has seen it as it was kept; or it is as it was before
  function settle(told, kept) {
    const deal = told.get("deal");
    for (const [seen, before] of told) {
      if (!seen.startsWith("seen_")) continue;
      const name = seen.slice("seen_".length);
      const now = kept ? (kept(deal, name) ?? told.get(name)) : before;
      const cell = cellOf(deal, name);
      if (cell?.dataset.value === told.get(name)) cell.dataset.value = now;
      for (const one of waiting) {
        if (one.get("deal") === deal && one.get(seen) === told.get(name)) one.set(seen, now);
      }
    }
  }

  // what did not go stays to be sent again, under the same key: should it have gone all the same, it counts once
  function tellUnsent() {
    said.querySelector("#unsent")?.remove();
    if (!unsent.length) return;
    const card = words("unsent");
    card.id = "unsent";
    for (const { told, name } of unsent) {
      const item = document.createElement("li");
      const parts = [name];
      for (const [seen] of told) {
        const column = seen.startsWith("seen_") && seen.slice("seen_".length);
        if (column) parts.push(told.get(column) || "–");
      }
      item.append(...parts.flatMap((text, at) => [at ? " · " : "", isolated(text)]));
      card.querySelector("ul").append(item);
    }
    card.querySelector("button").addEventListener("click", () => {
      card.remove();
      for (const one of unsent.splice(0)) {
        if (one.told.has("deal")) waiting.push(one.told);
        line = line.then(() => post(one.address, one.told, true)).catch(() => {});
      }
    });
    said.append(card);
  }

  function isolated(text) {
    const found = document.createElement("bdi");
    found.textContent = text;
    return found;
  }

  async function post(address, told, isMore) {
    let answer;
    let text;
    try {
      answer = await fetch(address, { method: "POST", body: told, headers: { "HX-Request": "true" } });
      text = await answer.text();
    } catch {
      waiting.splice(0, waiting.length, ...waiting.filter((one) => one !== told));
      settle(told, null);
      const row = table.querySelector(`tr[data-deal="${CSS.escape(told.get("deal") ?? "")}"]`);
      const done = said.querySelector(".say-done .btn");
      const name = (row?.querySelector("th") ?? done)?.textContent.trim() || told.get("deal") || "–";
      unsent.push({ address, told, name });
      tellUnsent();
      return;
    }
    waiting.splice(0, waiting.length, ...waiting.filter((one) => one !== told));
    const where = answer.headers.get("X-Goes-To");
    if (where) {
      location.assign(where);
      return;
    }
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const now = fresh.getElementById("grid-said");
    if (!now) {
      location.reload(); // signed out, or the server is gone: the page says which
      return;
    }
    const back = now.querySelector("form");
    const kept = (deal, name) => {
      const row = fresh.querySelector(`tr[data-deal="${CSS.escape(deal)}"]`);
      return row?.querySelector(`[data-col="${name}"]`)?.dataset.value;
    };
    settle(told, answer.ok ? kept : null);
    if (!isMore) said.replaceChildren();
    if (back) {
      back.append(...said.querySelectorAll("input[name=pick]"));
      said.querySelector(".say-done")?.remove();
    }
    const why = now.querySelector(".words");
    const refused = said.querySelector(".words")?.parentElement;
    if (refused && why) {
      why.parentElement.remove();
      refused.append(why);
    }
    said.append(...now.childNodes);
    tellUnsent();
    const asked = new Set(told.getAll("pick").map((one) => new URLSearchParams(one).get("deal")));
    for (const deal of asked.size ? asked : [told.get("deal")]) put(deal, fresh);
    for (const one of waiting) {
      for (const [seen, before] of one) {
        const cell = seen.startsWith("seen_") ? cellOf(one.get("deal"), seen.slice("seen_".length)) : null;
        if (cell?.dataset.value === before) cell.dataset.value = one.get(cell.dataset.col);
      }
    }
  }

  // a row as it is by now, under the hands of who works in it
  function put(deal, fresh) {
    const find = (of) => of.querySelector(`tr[data-deal="${CSS.escape(deal)}"]`);
    const old = find(table);
    const now = find(fresh);
    if (!old) return;
    const at = old.contains(here) ? cellsOf(old).indexOf(here) : -1;
    const focused = at >= 0 && old.contains(document.activeElement);
    if (editing && old.contains(editing.cell)) {
      for (const cell of now ? cellsOf(now) : []) {
        const same = old.querySelector(`[data-col="${cell.dataset.col}"]`);
        if (same === editing.cell) {
          editing.was = [...document.adoptNode(cell).childNodes];
          editing.now = cell.dataset.value; // until then what is typed is held against what was seen
        } else same.replaceWith(document.adoptNode(cell));
      }
      ready();
      return;
    }
    const next = now ? null : beside(cellsOf(old)[Math.max(at, 0)], 0, 1);
    if (now) old.replaceWith(document.adoptNode(now));
    else old.remove();
    if (at >= 0) here = now ? cellsOf(now)[at] : next;
    ready();
    if (focused) go(here);
  }

  // ---- keys
  const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], [onward]: [1, 0] };
  MOVES[onward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft"] = [-1, 0];

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-col]");
    if (!cell || cell.closest(".edited")) return;
    if (editing?.cell === cell) return typing(event);
    if (event.target !== cell || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const row = cellsOf(cell.closest("tr"));
    const all = rows();
    if (MOVES[event.key] && !command) go(beside(cell, ...MOVES[event.key]));
    else if (event.key === "Home") go(command ? cellsOf(all[0])[0] : row[0]);
    else if (event.key === "End") go(command ? cellsOf(all.at(-1)).at(-1) : row.at(-1));
    else if (event.key === "Enter" || event.key === "F2") edit(cell);
    else if (event.key === "Delete" || event.key === "Backspace") edit(cell, "");
    else if (event.key.length === 1 && !command && event.key !== " ") edit(cell, event.key);
    else return;
    event.preventDefault();
  });

  function typing(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") go(leave());
    else if (event.key === "Enter") {
      const cell = keep();
      go(beside(cell, 0, event.shiftKey ? -1 : 1) ?? cell);
    } else if (event.key === "Tab") {
      const next = beside(editing.cell, event.shiftKey ? -1 : 1, 0);
      if (!next) {
        reach(keep());
        return; // out of the grid, as Tab goes
      }
      keep();
      go(next);
    } else return;
    event.preventDefault();
  }

  table.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("[data-col]");
    if (cell && !editing && !cell.closest(".edited")) edit(cell);
  });
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-col]");
    if (cell && !event.target.closest("a, input, select")) go(cell);
  });
  table.addEventListener("focusout", (event) => {
    if (editing && event.target === editing.field && !editing.cell.contains(event.relatedTarget)) {
      const { cell } = editing;
      setTimeout(() => editing?.cell === cell && keep());
    }
  });

  // ---- a block of cells of a spreadsheet, pasted from the cell on
  table.addEventListener("paste", (event) => {
    const cell = event.target.closest?.("[data-col]");
    if (!cell || editing || cell.closest(".edited")) return;
    event.preventDefault();
    const block = rowsIn(event.clipboardData.getData("text/plain"));
    const all = rows();
    const from = all.indexOf(cell.closest("tr"));
    const at = cellsOf(all[from]).indexOf(cell);
    said.replaceChildren();
    const fits = block.slice(0, all.length - from);
    if (fits.length < block.length) {
      const card = words("left-out");
      card.querySelector("bdi").textContent = block.length - fits.length;
      said.append(card);
    }
    tellUnsent();
    fits.forEach((texts, down) => {
      const cells = cellsOf(all[from + down]).slice(at);
      const says = new Map(texts.slice(0, cells.length).map((text, along) => [cells[along].dataset.col, oneLine(text)]));
      for (const one of cells) {
        if (says.get(one.dataset.col) === oneLine(one.dataset.value)) says.delete(one.dataset.col);
      }
      if (says.size) send(all[from + down], says, { isBlock: block.length > 1 || says.size > 1, isMore: true });
    });
  });

  // what was changed last is taken back as its button does it; where something is being typed, the browser's own undo goes
  document.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.code === "KeyZ";
    if (!isUndo || event.target.closest?.("input, select, textarea")) return;
    const button = said.querySelector("#done form .btn");
    if (!button) return;
    event.preventDefault();
    button.closest("form").requestSubmit(button);
  });

  said.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = new URLSearchParams(new FormData(event.target));
    line = line.then(() => post(event.target.action, told, false)).catch(() => {});
  });

  ready();
}

// what a field of one line holds of a text
function oneLine(text) {
  return text.trim().split(/\s+/).join(" ");
}

// rows of cells as spreadsheets write them: a cell of several lines stands in quotes, each quote in it twice
function rowsIn(text) {
  const found = [[]];
  let rest = text.replace(/\r?\n$/, "");
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?=\t|\r?\n|$)/.exec(rest);
    const isQuoted = quoted !== null && /[\t\n]/.test(quoted[1]);
    const cell = isQuoted ? quoted[0] : /^[^\t\n]*/.exec(rest)[0];
    found.at(-1).push(isQuoted ? quoted[1].replaceAll('""', '"') : cell.replace(/\r$/, ""));
    rest = rest.slice(cell.length);
    const ends = /^(?:\t|\r?\n)/.exec(rest);
    if (!ends) return found;
    if (ends[0] !== "\t") found.push([]);
    rest = rest.slice(ends[0].length);
  }
}
