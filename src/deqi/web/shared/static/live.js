"use strict";
// A form marked data-live asks for its own address again at every change and puts the new result in place.
// Without script the button does the same.
for (const form of document.querySelectorAll("form[data-live]")) {
  let last = 0;
  form.querySelector("button").hidden = true;
  form.addEventListener("change", async () => {
    const mine = ++last;
    const address = form.action + "?" + new URLSearchParams(new FormData(form));
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || mine !== last) { if (!answer.ok) location.assign(address); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("result").replaceWith(document.adoptNode(page.getElementById("result")));
    history.replaceState(null, "", address);
  });
}
