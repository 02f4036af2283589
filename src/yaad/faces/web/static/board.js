// The board: deals are dragged or moved by keys, and what colleagues write comes by itself. Without it forms do it all.
"use strict";

const board = document.getElementById("board");
const lanesOf = () => [...board.querySelectorAll(".lane")];
const TARGETS = ".lane, .lane-end"; // where a card can go: a stage, or the end, which asks why
let taken = null;

function send(deal, stage) {
  const form = deal.querySelector(".mover");
  if (!form || deal.dataset.stage === stage) return;
  form.elements.stage.value = stage;
  if (form.elements.stage.value === stage) form.requestSubmit();
}

// ---- dragging: either way the card's own form is filled in and sent
board.addEventListener("dragstart", (event) => {
  taken = event.target.closest?.('.deal[draggable="true"]');
  if (!taken) return;
  taken.classList.add("taken");
  board.classList.add("dragging");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", taken.dataset.deal);
});
board.addEventListener("dragend", () => {
  taken?.classList.remove("taken");
  taken = null;
  for (const lane of board.querySelectorAll(TARGETS)) lane.classList.remove("over");
  board.classList.remove("dragging");
  later();
});
board.addEventListener("dragover", (event) => {
  const lane = event.target.closest?.(TARGETS);
  if (!taken || !lane) return;
  event.preventDefault();
  lane.classList.add("over");
});
board.addEventListener("dragleave", (event) => {
  const lane = event.target.closest?.(TARGETS);
  if (lane && !lane.contains(event.relatedTarget)) lane.classList.remove("over");
});
board.addEventListener("drop", (event) => {
  const lane = event.target.closest?.(TARGETS);
  if (!taken || !lane) return;
  event.preventDefault();
  send(taken, lane.dataset.stage);
});

// ---- keys: arrows go from deal to deal; with Shift they take it along, to the stage beside in reading direction
board.addEventListener("keydown", (event) => {
  const deal = event.target.closest?.(".deal");
  if (!deal || event.target !== deal || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const lanes = [...board.querySelectorAll(event.shiftKey ? TARGETS : ".lane")];
  const here = lanes.indexOf(deal.closest(".lane"));
  const onward = (event.key === "ArrowRight") === (document.dir !== "rtl") ? 1 : -1;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const next = event.key === "ArrowDown" ? deal.nextElementSibling : deal.previousElementSibling;
    next?.focus();
  } else if (event.shiftKey) {
    const lane = lanes[here + onward];
    if (lane) send(deal, lane.dataset.stage);
  } else {
    for (let at = here + onward; lanes[at]; at += onward) {
      const first = lanes[at].querySelector(".deal");
      if (first) return first.focus();
    }
  }
});

// ---- several at once: with Shift a whole row of boxes; how many are ticked is said beside what can be done
const picked = document.querySelector("[data-picked]");
let last = null;

function count() {
  if (!picked) return;
  const n = board.querySelectorAll(".pick:checked").length;
  picked.value = n || "";
  picked.hidden = !n;
  picked.form.classList.toggle("at-hand", n > 0);
}

board.addEventListener("click", (event) => {
  const box = event.target.closest?.(".pick");
  if (!box) return;
  const boxes = [...board.querySelectorAll(".pick")];
  if (event.shiftKey && last && boxes.includes(last)) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  count();
});
board.addEventListener("board:now", count);
count();

// ---- live: a stream says that something changed; the columns are asked for and put in, under the hands of who works
let stream = null;
let asking = false;
let again = false;
const LONGEST = 60_000; // milliseconds between two tries, where they go on failing

// tries again later, and later each time, not all tabs at one moment
function patient(act) {
  let wait = 0;
  let timer = null;
  const end = () => {
    clearTimeout(timer);
    timer = null;
  };
  return {
    again() {
      if (timer !== null) return;
      wait = Math.min(wait * 2 || 3000, LONGEST);
      timer = setTimeout(() => {
        timer = null;
        act();
      }, wait * (1 - Math.random() / 3));
    },
    done() {
      end();
      wait = 0;
    },
    end,
  };
}

const toLook = patient(() => look());
const toListen = patient(() => listen());

// what somebody has begun stays: a card that is dragged, a choice that is open, or made and not sent
function isChosen(select) {
  const first = [...select.options].findIndex((option) => option.defaultSelected);
  return select.selectedIndex !== Math.max(first, 0);
}
const inHand = () =>
  taken !== null ||
  board.querySelector(".mover:focus-within") !== null ||
  [...board.querySelectorAll(".mover select")].some(isChosen);

function later() {
  if (again && !inHand()) look();
}

async function look() {
  if (asking || inHand()) {
    again = true;
    return;
  }
  asking = true;
  again = false;
  let text = null;
  try {
    const answer = await fetch(board.dataset.now, { headers: { "HX-Request": "true" } });
    if (answer.status === 200) text = await answer.text();
  } catch {
    // the net is away
  }
  asking = false;
  if (text === null) {
    toLook.again(); // not at once: what cannot answer now is not helped by being asked the more
    return;
  }
  toLook.done();
  put(text);
  later();
}

function put(text) {
  if (inHand()) {
    again = true;
    return;
  }
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const now = fresh.getElementById("board");
  if (!now) return;
  board.dataset.seen = now.dataset.seen;
  const focused = document.activeElement?.closest?.(".deal")?.dataset.deal;
  const ticked = new Set([...board.querySelectorAll(".pick:checked")].map((box) => box.value));
  const scrolled = new Map(lanesOf().map((lane) => [lane.dataset.stage, lane.querySelector(".cards").scrollTop]));
  const along = board.querySelector(".lanes").scrollLeft;
  document.getElementById("board-lead").replaceChildren(...fresh.getElementById("board-lead").childNodes);
  const lanes = now.querySelector(".lanes");
  board.querySelector(".lanes").replaceWith(document.adoptNode(lanes));
  board.querySelector(".lanes").scrollLeft = along;
  for (const lane of lanesOf()) lane.querySelector(".cards").scrollTop = scrolled.get(lane.dataset.stage) ?? 0;
  for (const box of board.querySelectorAll(".pick")) box.checked = ticked.has(box.value);
  if (focused) board.querySelector(`.deal[data-deal="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  board.dispatchEvent(new CustomEvent("board:now", { bubbles: true }));
}

function listen() {
  if (stream || document.hidden || !window.EventSource) return;
  stream = new EventSource(`${board.dataset.live}?seen=${encodeURIComponent(board.dataset.seen)}`);
  stream.addEventListener("open", toListen.done);
  stream.addEventListener("changed", (event) => {
    if (event.data !== board.dataset.seen) look();
  });
  stream.addEventListener("ended", () => {
    hush();
    location.replace(board.dataset.here); // signed out, or of another part: the page says which
  });
  stream.addEventListener("error", () => {
    if (stream?.readyState !== EventSource.CLOSED) return; // it comes back by itself
    hush();
    toListen.again();
  });
}

function hush() {
  stream?.close();
  stream = null;
  toListen.end();
}

board.addEventListener("focusout", () => setTimeout(later));
board.addEventListener("change", () => setTimeout(later));
document.addEventListener("visibilitychange", () => (document.hidden ? hush() : listen()));
window.addEventListener("pagehide", hush);
window.addEventListener("pageshow", listen);
listen();
