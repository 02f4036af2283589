// What a page does beyond links and forms. Without it everything still works: forms are sent, links are followed.
"use strict";

document.documentElement.classList.add("js");

// A slider says where it stands; its form is sent by htmx, the answer comes from the server.
document.addEventListener("input", (event) => {
  const range = event.target;
  if (range.type !== "range") return;
  const shown = range.form.querySelector(`output[for="${range.id}"] .n`);
  if (shown) shown.textContent = `${Number(range.value)}${range.dataset.unit ?? "%"}`;
});

// Fewer and more, beside a count.
for (const button of document.querySelectorAll("[data-step]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.for);
    const now = Number(field.value.replaceAll(",", "")) || 0;
    field.value = String(Math.max(1, now + Number(button.dataset.step)));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// The address of a plan follows what is asked, so that it can be kept and shared; so does its sentence.
const plan = document.querySelector(".planform");
if (plan) {
  const asked = () => new URLSearchParams([...new FormData(plan)].filter(([, value]) => value !== "")).toString();
  plan.addEventListener("htmx:after:request", () => history.replaceState(null, "", `?${asked()}`));
}

// “Why this number?” opens above the page once its answer is there.
const dialog = document.getElementById("why");
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target ?? event.target;
  if (target?.id === "why-body" && dialog && !dialog.open) dialog.showModal();
  if (target?.id === "answer" || event.target?.id === "answer") sayLead();
});
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

function sayLead() {
  const fresh = document.querySelector("#answer template#lead");
  const lead = document.getElementById("plan-lead");
  if (fresh && lead) lead.replaceChildren(fresh.content.cloneNode(true));
}

// Files: by the button, by the keyboard, dropped, or cells pasted anywhere on the page; the list says what was chosen.
for (const form of document.querySelectorAll("[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  const text = form.querySelector("textarea");
  const zone = form.querySelector(".drop");
  const list = form.querySelector("[data-chosen]");
  const show = () => {
    field.required = !text.value.trim();
    list.replaceChildren(
      ...[...field.files].map((file) => {
        const item = document.createElement("li");
        const name = document.createElement("bdi");
        name.textContent = file.name;
        item.append(name);
        return item;
      }),
    );
  };
  const choose = (files) => {
    const chosen = new DataTransfer();
    for (const file of files) chosen.items.add(file);
    field.files = chosen.files;
    show();
  };
  show();
  field.addEventListener("change", show);
  text.addEventListener("input", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    choose(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("textarea, input:not([type=file])")) return;
    const cells = event.clipboardData.getData("text/plain");
    const files = [...event.clipboardData.files];
    const named = form.dataset.pasted;
    // a spreadsheet puts a picture of the cells beside them
    if (/[\t\n]/.test(cells)) {
      choose([...[...field.files].filter((file) => file.name !== named), new File([cells], named)]);
    } else if (files.length) {
      choose(files);
    } else return;
    event.preventDefault();
    form.querySelector(".btn.p").focus();
  });
}

// One key opens what a page marks with it: n takes an inquiry in. Not while somebody types, and not with other keys.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog")) return;
  document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
});
