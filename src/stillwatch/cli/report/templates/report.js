"use strict";
// The page is whole without this: it only lets a reader choose the colours, and opens what is folded for the printer.
(() => {
  const names = { "": "automatic", light: "light", dark: "dark" };
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const remembered = () => { try { return localStorage.getItem("stillwatch-theme") || ""; } catch { return ""; } };
  const remember = (theme) => { try { localStorage.setItem("stillwatch-theme", theme); } catch { /* a private window */ } };
  const show = (theme) => {
    if (theme) { root.dataset.theme = theme; } else { delete root.dataset.theme; }
    button.textContent = "Colours: " + names[theme];
  };
  let theme = remembered() in names ? remembered() : "";
  show(theme);
  button.hidden = false;
  button.addEventListener("click", () => {
    const order = Object.keys(names);
    theme = order[(order.indexOf(theme) + 1) % order.length];
    show(theme);
    remember(theme);
  });

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) { part.open = true; }
  });
  addEventListener("afterprint", () => { for (const part of folded) { part.open = false; } });
})();
