"use strict";
// Say from which rows a number was counted. Without this script the page says the same, only not this.
(function () {
  var block = document.getElementById("trace-words");
  if (!block) return;
  var words = JSON.parse(block.textContent);
  var NUMBER = "data[data-from]";
  var CONDITION = /^([a-z_]+)(?:\.([^!*^=]+))?(!=|\*=|\^=|=)([^]*)$/;
  var shownFor = null;

  // Every text is a pair: Chinese, English.
  function both(tag, pair) {
    var element = document.createElement(tag);
    ["zh", "en"].forEach(function (language, k) {
      var span = document.createElement("span");
      span.className = language;
      if (language === "en") span.lang = "en";
      span.textContent = pair[k];
      element.appendChild(span);
    });
    return element;
  }

  function fill(pair, values) {
    return pair.map(function (text, k) {
      var n = 0;
      return text.replace(/\{\}/g, function () { return values[n++][k]; });
    });
  }

  function decoded(text) {
    var plain = text;
    try { plain = decodeURIComponent(text); } catch (error) { /* no Unicode text: shown as it is written */ }
    plain = plain.replace(/[\p{C}\u2028\u2029]/gu, function (c) {
      return "\\u" + c.codePointAt(0).toString(16).padStart(4, "0");
    });
    return [plain, plain];
  }

  function columnOf(name, field) {
    var found = words.columns[name] || [name, name];
    if (words.derived.indexOf(name) >= 0) return found;
    var inFile = field ? name + "." + decoded(field)[0] : name;
    return [found[0] + "（" + inFile + "）", found[1] === inFile ? inFile : found[1] + " (" + inFile + ")"];
  }

  function conditionOf(text) {
    var parts = CONDITION.exec(text);
    if (!parts) return [text, text];
    var column = columnOf(parts[1], parts[2]), value = decoded(parts[4]);
    if (!parts[4]) return fill(words.empty[parts[3]], [column]);
    var names = words.names[parts[1]] || {};
    var name = Object.hasOwn(names, value[0]) ? names[value[0]] : null;
    var said = fill(words.tests[parts[3]], [column, value]);
    return name ? [said[0] + "（" + name[0] + "）", said[1] + " (" + name[1] + ")"] : said;
  }

  function count(text, into) {
    var bar = text.indexOf("|"), measure = text.slice(0, bar), conditions = text.slice(bar + 1);
    if (measure.indexOf("corpus:") === 0) {
      into.appendChild(both("p", fill(words.corpus, [decoded(measure.slice(7))])));
      return;
    }
    into.appendChild(both("p", words.measures[measure]));
    var list = document.createElement("ul");
    (conditions ? conditions.split("&").map(conditionOf) : [words.all]).forEach(function (pair) {
      list.appendChild(both("li", pair));
    });
    into.appendChild(list);
  }

  var box = document.createElement("aside");
  var told = document.createElement("div");
  var close = document.createElement("button");
  box.id = "trace";
  box.hidden = true;
  told.setAttribute("aria-live", "polite");
  close.type = "button";
  close.className = "close";
  close.textContent = "×";
  close.setAttribute("aria-label", words.close[0]);
  close.setAttribute("data-aria-label-zh", words.close[0]);
  close.setAttribute("data-aria-label-en", words.close[1]);
  box.appendChild(told);
  box.appendChild(close);
  document.body.appendChild(box);

  function hide() {
    if (!shownFor) return;
    shownFor.setAttribute("aria-expanded", "false");
    shownFor = null;
    box.hidden = true;
  }

  function place(number) {
    var at = number.getBoundingClientRect(), width = document.documentElement.clientWidth;
    box.style.left = Math.max(12, Math.min(at.left + window.scrollX, width - box.offsetWidth - 12)) + "px";
    var below = at.bottom + 8, above = at.top - box.offsetHeight - 8;
    var fits = below + box.offsetHeight <= window.innerHeight || above < 0;
    box.style.top = (fits ? below : above) + window.scrollY + "px";
  }

  function show(number) {
    hide();
    shownFor = number;
    told.textContent = "";
    var title = both("p", words.title);
    title.className = "title";
    told.appendChild(title);
    number.dataset.from.split("/").forEach(function (part, k) {
      if (k) told.appendChild(both("p", words.over));
      count(part, told);
    });
    var isCounted = number.dataset.from.indexOf("corpus:") !== 0;
    (isCounted ? [words.file, words.hint] : [words.hint]).forEach(function (pair) {
      var remark = both("p", pair);
      remark.className = "remark";
      told.appendChild(remark);
    });
    number.setAttribute("aria-expanded", "true");
    box.hidden = false;
    place(number);
  }

  // One number of each section can be reached with Tab, its neighbours with the arrow keys.
  function move(from, key) {
    var section = from.closest("section");
    var all = Array.from(section.querySelectorAll(NUMBER)).filter(function (n) { return n.offsetParent; });
    var to = null, step = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
    var cell = from.closest("td, th");
    if (cell && (key === "ArrowUp" || key === "ArrowDown")) {
      var row = cell.parentNode;
      do { row = step > 0 ? row.nextElementSibling : row.previousElementSibling; } while (row && row.hidden);
      to = row && row.cells[cell.cellIndex] && row.cells[cell.cellIndex].querySelector(NUMBER);
    } else {
      to = all[all.indexOf(from) + step];
    }
    if (!to) return;
    from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    if (shownFor) show(to);
  }

  document.querySelectorAll("section").forEach(function (section) {
    section.querySelectorAll(NUMBER).forEach(function (number, k) {
      number.setAttribute("role", "button");
      number.setAttribute("aria-expanded", "false");
      number.setAttribute("aria-controls", "trace");
      number.tabIndex = k ? -1 : 0;
    });
  });

  document.addEventListener("click", function (event) {
    var number = event.target.closest(NUMBER);
    if (number) {
      if (number === shownFor) hide(); else show(number);
    } else if (event.target === close || !event.target.closest("#trace")) {
      var back = event.target === close && shownFor;
      hide();
      if (back) back.focus();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") {
      if (shownFor) shownFor.focus();
      hide();
      return;
    }
    if (!event.target.matches || !event.target.matches(NUMBER)) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (event.target === shownFor) hide(); else show(event.target);
    } else if (event.key.indexOf("Arrow") === 0) {
      event.preventDefault();
      move(event.target, event.key);
    }
  });
  window.addEventListener("resize", hide);
  document.documentElement.classList.add("traces");
  document.querySelectorAll(".invitation").forEach(function (words) { words.hidden = false; });
})();
