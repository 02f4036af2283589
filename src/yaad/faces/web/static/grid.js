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
  let editing = null; // {cell, field, was: what it showed, now: what it says by now, where that was told meanwhile}

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
    field.value = typed !== undefined && !choices && field.type === "text" ? typed : cell.dataset.value;
    editing = { cell, field, was: [...cell.childNodes] };
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
    const { cell } = editing;
    if (value !== cell.dataset.value) send(cell.closest("tr"), new Map([[cell.dataset.col, value]]));
    return leave();
  }

  // ---- to the server: one row at a time, what was seen beside what is said
  let line = Promise.resolve();
  function send(row, says, { isBlock = false, isMore = false } = {}) {
    const told = new URLSearchParams(new FormData(form));
    told.set("deal", row.dataset.deal);
    told.set("key", crypto.randomUUID());
    for (const [name, value] of says) {
      told.set(name, value);
      told.set(`seen_${name}`, row.querySelector(`[data-col="${name}"]`).dataset.value);
    }
    if (isBlock) told.set("at_once", "");
    row.setAttribute("aria-busy", "true");
    line = line.then(() => post(form.action, told, isMore)).catch(() => {});
    return line.finally(() => row.removeAttribute("aria-busy"));
  }

  async function post(address, told, isMore) {
    let answer;
    try {
      answer = await fetch(address, { method: "POST", body: told, headers: { "HX-Request": "true" } });
    } catch {
      location.reload(); // the net is away: the browser says so
      return;
    }
    const where = answer.headers.get("X-Goes-To");
    if (where) {
      location.assign(where);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = fresh.getElementById("grid-said");
    if (!now) {
      location.reload(); // signed out, or the server is gone: the page says which
      return;
    }
    const back = now.querySelector("form");
    if (!isMore) said.replaceChildren();
    if (back) {
      back.append(...said.querySelectorAll("input[name=pick]"));
      said.querySelector(".say-done")?.remove();
    }
    said.append(...now.childNodes);
    const asked = new Set(told.getAll("pick").map((one) => new URLSearchParams(one).get("deal")));
    for (const deal of asked.size ? asked : [told.get("deal")]) put(deal, fresh);
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
    const block = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "").split(/\r?\n/);
    const all = rows();
    const from = all.indexOf(cell.closest("tr"));
    const at = cellsOf(all[from]).indexOf(cell);
    let isMore = false;
    block.slice(0, all.length - from).forEach((text, down) => {
      const cells = cellsOf(all[from + down]).slice(at);
      const typed = text.split("\t").slice(0, cells.length);
      const says = new Map(typed.map((value, along) => [cells[along].dataset.col, value.trim()]));
      for (const one of cells) if (says.get(one.dataset.col) === one.dataset.value) says.delete(one.dataset.col);
      if (!says.size) return;
      send(all[from + down], says, { isBlock: block.length > 1 || says.size > 1, isMore });
      isMore = true;
    });
  });

  said.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = new URLSearchParams(new FormData(event.target));
    line = line.then(() => post(event.target.action, told, false)).catch(() => {});
  });

  ready();
}
