// The morning as text: handed to what the device shares with, else copied. Without this file the link opens the text.
"use strict";

for (const link of document.querySelectorAll("[data-share]")) {
  const text = document.getElementById(link.dataset.share)?.textContent;
  const said = link.parentElement.querySelector("[data-shared]");
  link.addEventListener("click", async (event) => {
    if (!text || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      if (navigator.share && matchMedia("(pointer: coarse)").matches) await navigator.share({ text });
      else {
        await navigator.clipboard.writeText(text);
        said.hidden = false;
      }
    } catch (error) {
      if (error.name !== "AbortError") location.assign(link.href); // it may not be copied here: there it can be marked
    }
  });
}
