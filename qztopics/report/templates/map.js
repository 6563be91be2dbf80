"use strict";
// The topic map: choose a topic and how its words are ranked. Without this script a table says the same.
(function () {
  var held = document.getElementById("map-data");
  if (!held) return;
  var data = JSON.parse(held.textContent);
  var plane = document.getElementById("map-plane");
  var choice = document.getElementById("map-choice");
  var weight = document.getElementById("map-weight");
  var value = document.getElementById("map-value");
  var body = document.getElementById("map-terms");
  var abouts = document.querySelectorAll(".map-about");
  var ring = document.getElementById("map-ring");
  var dots = [];
  var chosen = data.first;

  // The same sums as in map_part.py, on the same rounded numbers, so the same order.
  function ranked(topic, step) {
    var w = step / data.steps;
    return data.topics[topic].terms
      .map(function (term, place) { return [w * term[2] + (1 - w) * term[3], place, term]; })
      .sort(function (a, b) { return b[0] - a[0] || a[1] - b[1]; })
      .slice(0, data.shown)
      .map(function (found) { return found[2]; });
  }

  function percent(share) {
    return share < 0.0005 ? "<0.1%" : (share * 100).toFixed(1) + "%";
  }

  function lift(times) {
    return "×" + (times < 10 ? times.toFixed(1) : Math.round(times).toLocaleString("en-US"));
  }

  function count(times) {
    return times > 0 && times < 0.5 ? "<1" : Math.round(times).toLocaleString("en-US");
  }

  function rect(name, width) {
    var made = document.createElementNS(plane.namespaceURI, "rect");
    made.setAttribute("class", name);
    made.setAttribute("width", width.toFixed(2));
    made.setAttribute("height", "8");
    return made;
  }

  function bar(part, whole, most) {
    var made = document.createElementNS(plane.namespaceURI, "svg");
    made.setAttribute("class", "bar");
    made.setAttribute("viewBox", "0 0 100 8");
    made.setAttribute("preserveAspectRatio", "none");
    made.setAttribute("aria-hidden", "true");
    made.appendChild(rect("whole", whole / most * 100));
    made.appendChild(rect("fill", part / most * 100));
    return made;
  }

  function cell(row, name, text, className) {
    var made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    row.appendChild(made);
    return made;
  }

  function list() {
    var step = Number(weight.value);
    var shown = (step / data.steps).toFixed(2);
    // One scale for all weights, so that a bar keeps its length while the slider moves.
    var most = data.topics[chosen].terms.reduce(function (m, term) { return Math.max(m, data.terms[term[0]][1]); }, 1);
    value.textContent = shown;
    weight.setAttribute("aria-valuetext", shown);
    body.textContent = "";
    ranked(chosen, step).forEach(function (term) {
      var whole = data.terms[term[0]];
      var row = document.createElement("tr");
      var head = cell(row, "th", whole[0]);
      head.scope = "row";
      cell(row, "td", count(term[1]) + " / " + count(whole[1]), "times").appendChild(bar(term[1], whole[1], most));
      cell(row, "td", percent(Math.exp(term[2])), "n");
      cell(row, "td", lift(Math.exp(term[3])), "n");
      body.appendChild(row);
    });
  }

  function choose(topic) {
    chosen = topic;
    choice.value = String(topic);
    dots.forEach(function (dot, number) {
      dot.setAttribute("aria-checked", String(number === topic));
      dot.setAttribute("tabindex", number === topic ? "0" : "-1");
    });
    var circle = dots[topic].querySelector("circle");
    ["cx", "cy", "r"].forEach(function (name) { ring.setAttribute(name, circle.getAttribute(name)); });
    abouts.forEach(function (about, number) { about.hidden = number !== topic; });
    list();
  }

  data.topics.forEach(function (topic, number) {
    var option = document.createElement("option");
    option.value = String(number);
    option.textContent = topic.name;
    choice.appendChild(option);
  });
  plane.setAttribute("role", "radiogroup");
  plane.querySelectorAll("[data-topic]").forEach(function (dot) {
    dots[Number(dot.dataset.topic)] = dot;
    dot.setAttribute("role", "radio");
    dot.addEventListener("click", function () {
      choose(Number(dot.dataset.topic));
      dot.focus();
    });
  });
  plane.addEventListener("keydown", function (event) {
    var last = dots.length - 1;
    var to = {
      ArrowRight: chosen === last ? 0 : chosen + 1,
      ArrowDown: chosen === last ? 0 : chosen + 1,
      ArrowLeft: chosen === 0 ? last : chosen - 1,
      ArrowUp: chosen === 0 ? last : chosen - 1,
      Home: 0,
      End: last
    }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    choose(to);
    dots[to].focus();
  });
  choice.addEventListener("change", function () { choose(Number(choice.value)); });
  weight.min = "0";
  weight.max = String(data.steps);
  weight.step = "1";
  weight.value = String(data.start);
  weight.addEventListener("input", list);
  document.getElementById("map-panel").hidden = false;
  document.getElementById("map-table").open = false;
  choose(chosen);
})();
