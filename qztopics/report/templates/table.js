"use strict";
// Sort and filter tables. Without this script the page says the same.
(function () {
  function isEnglish() { return document.documentElement.classList.contains("english"); }

  function shown(cell) {
    var parts = cell.querySelectorAll(isEnglish() ? ".en" : ".zh");
    return (parts.length ? parts[0] : cell).textContent.trim();
  }

  function key(row, column) {
    var cell = row.children[column];
    if (!cell) return "";
    return cell.dataset.value === undefined ? shown(cell) : Number(cell.dataset.value);
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), isEnglish() ? "en" : "zh-CN");
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener("click", function () {
        var numeric = head.classList.contains("n");
        var before = head.getAttribute("aria-sort");
        var down = before ? before === "ascending" : numeric;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        Array.from(body.rows)
          .map(function (row) { return [key(row, column), row]; })
          .sort(function (a, b) { return down ? compare(b[0], a[0]) : compare(a[0], b[0]); })
          .forEach(function (pair) { body.appendChild(pair[1]); });
      });
    });
  });

  // A text in both languages, as the templates write it.
  function both(element, zh, en) {
    [["zh", zh], ["en", en]].forEach(function (pair) {
      var span = document.createElement("span");
      span.className = pair[0];
      if (pair[0] === "en") span.lang = "en";
      span.textContent = pair[1];
      element.appendChild(span);
    });
    return element;
  }

  document.querySelectorAll("table.filterable").forEach(function (table) {
    var label = document.createElement("label");
    var input = document.createElement("input");
    var none = document.createElement("p");
    var data = table.dataset;
    label.className = "filter";
    both(label, data.filter, data.filterEn);
    input.type = "search";
    input.placeholder = isEnglish() ? data.hintEn : data.hint;
    input.setAttribute("data-placeholder-zh", data.hint);
    input.setAttribute("data-placeholder-en", data.hintEn);
    label.appendChild(input);
    none.className = "remark none";
    none.setAttribute("role", "status");
    table.parentNode.insertBefore(label, table);
    table.parentNode.insertBefore(none, table.nextSibling);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase();
      var found = 0;
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.hidden = wanted !== "" && row.textContent.toLowerCase().indexOf(wanted) < 0;
        found += row.hidden ? 0 : 1;
      });
      none.textContent = "";
      if (!found) both(none, data.none, data.noneEn);
    });
  });
})();
