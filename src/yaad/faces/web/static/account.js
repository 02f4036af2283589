// Passkeys: the browser is asked what stands in the form, and its answer is sent with the form.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

async function answer(asked, makes) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge) };
  if (makes) {
    publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
    publicKey.excludeCredentials = keys(asked.excludeCredentials);
    return navigator.credentials.create({ publicKey });
  }
  publicKey.allowCredentials = keys(asked.allowCredentials);
  return navigator.credentials.get({ publicKey });
}

function written(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (said[name]) response[name] = text(said[name]);
  }
  if (said.getTransports) response.transports = said.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const wrong = form.querySelector("[data-failed]");
  form.querySelector("noscript")?.remove();
  for (const part of form.querySelectorAll("[data-script]")) part.hidden = false;
  form.addEventListener("submit", async (event) => {
    const field = form.elements.credential;
    if (field.value) return;
    event.preventDefault();
    wrong.hidden = true;
    try {
      const asked = JSON.parse(form.dataset.passkey).publicKey;
      field.value = written(await answer(asked, form.dataset.makes !== undefined));
      form.submit();
    } catch {
      wrong.hidden = false; // the person closed the window of the browser, or there is no key here
    }
  });
}
