"use strict";
// The plan checker as you go: once a plan was checked, every change checks it again (the button does the same).
// Needles, never the person, stay in this browser where somebody ticks that they shall.
const KEY = "deqi-needles";
let last = 0;
const form = () => document.querySelector("form.plan");
const twins = (one) => [...form().querySelectorAll(`[name="${one.name}"]`)];

function keep() {
  const box = document.getElementById("keep");
  const lines = form().dataset.needles;
  box.closest("p").hidden = false;
  box.checked = localStorage.getItem(KEY) !== null;
  if (box.checked && lines) localStorage.setItem(KEY, lines);
  const add = document.getElementById("add");
  if (box.checked && !lines && !add.value) add.value = localStorage.getItem(KEY);
}

document.addEventListener("change", async (event) => {
  const one = event.target;
  if (one.id === "keep") {
    if (one.checked) localStorage.setItem(KEY, form().dataset.needles);
    else localStorage.removeItem(KEY);
    return;
  }
  if (!form().contains(one) || !form().querySelector(".verdict") || one.name === "protocol") return;
  if (document.getElementById("chart").files.length) return; // a record goes with the button alone
  const mine = ++last;
  const body = new URLSearchParams(new FormData(form()));
  body.set("do", "check");
  const answer = await fetch(form().action, { method: "POST", body });
  if (mine !== last || (!answer.ok && answer.status !== 422)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const at = document.activeElement;
  const place = at && at.name ? twins(at).indexOf(at) : -1;
  const open = [...document.querySelectorAll("main details[open] summary")].map((each) => each.textContent);
  document.querySelector("main").replaceChildren(...document.adoptNode(page.querySelector("main")).childNodes);
  for (const each of document.querySelectorAll("main summary"))
    if (open.includes(each.textContent)) each.parentNode.open = true;
  if (place >= 0) twins(at)[place]?.focus();
  keep();
});
keep();
