"use strict";
// Switch between Chinese and English. Without this script the page is in Chinese.
(function () {
  var KEY = "qztopics.language";
  var root = document.documentElement;
  var chinese = { lang: root.lang, title: document.title };
  var group = document.querySelector(".language");
  var english = document.querySelector("title").dataset.en;
  if (!group || !english) return;
  var buttons = Array.from(group.querySelectorAll("button"));

  function remembered() {
    if (location.hash === "#en") return "en";
    try { return localStorage.getItem(KEY); } catch (error) { return null; }
  }

  function remember(code) {
    try { localStorage.setItem(KEY, code); } catch (error) { /* a file may have no storage */ }
  }

  function show(code) {
    var isEnglish = code === "en";
    root.classList.toggle("english", isEnglish);
    root.lang = isEnglish ? "en" : chinese.lang;
    document.title = isEnglish ? english : chinese.title;
    ["alt", "aria-label", "title", "placeholder"].forEach(function (name) {
      var second = "data-" + name + "-en", first = "data-" + name + "-zh";
      document.querySelectorAll("[" + second + "]").forEach(function (element) {
        if (!element.hasAttribute(first)) element.setAttribute(first, element.getAttribute(name));
        element.setAttribute(name, element.getAttribute(isEnglish ? second : first));
      });
    });
    buttons.forEach(function (button) {
      button.setAttribute("aria-pressed", String((button.lang === "en") === isEnglish));
    });
    document.dispatchEvent(new CustomEvent("language", { detail: code }));
  }

  // On paper nothing can be opened: what is folded is printed open, and folded again afterwards. Lists of hundreds of
  // words stay as the reader has them; they stand in the tables beside the page too.
  var unfolded = [];
  window.addEventListener("beforeprint", function () {
    unfolded = Array.from(document.querySelectorAll("details:not([open], .long)"));
    unfolded.forEach(function (details) { details.open = true; });
  });
  window.addEventListener("afterprint", function () {
    unfolded.forEach(function (details) { details.open = false; });
  });

  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      show(button.lang);
      remember(button.lang);
    });
  });
  group.hidden = false;
  if (remembered() === "en") show("en");
})();
