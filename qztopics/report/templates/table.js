"use strict";
// Sort and filter tables. Without this script the page says the same.
(function () {
  function key(row, column) {
    var cell = row.children[column];
    if (!cell) return "";
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "zh-CN");
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.textContent = "";
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

  document.querySelectorAll("table.filterable").forEach(function (table) {
    var label = document.createElement("label");
    var input = document.createElement("input");
    label.className = "filter";
    label.textContent = table.dataset.filter;
    input.type = "search";
    input.placeholder = table.dataset.hint;
    label.appendChild(input);
    table.parentNode.insertBefore(label, table);
    input.addEventListener("input", function () {
      var wanted = input.value.trim();
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.hidden = wanted !== "" && row.textContent.indexOf(wanted) < 0;
      });
    });
  });
})();
