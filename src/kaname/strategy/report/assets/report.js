"use strict";
// Draws the charts in the language of the page, changes both, and keeps the language in the address (#lang=en).
(() => {
  const { charts: options, words } = JSON.parse(document.getElementById("charts").textContent);
  const drawn = new Map();
  const chosen = new Map();
  const root = document.documentElement;
  let lang = "ja";

  // ---- words and functions in options -------------------------------------------------------------------------
  const plain = (v, digits = 3) => Number(v.toPrecision(digits)).toLocaleString("en-US", { maximumFractionDigits: 6 });
  const money = (v) => {
    const size = Math.abs(v);
    if (size === 0) return "0";
    if (lang === "ja") return size >= 1e6 ? plain(v / 1e6) + "兆ドル" : size >= 100 ? plain(v / 100) + "億ドル" : plain(v * 100) + "万ドル";
    return size >= 1e6 ? "$" + plain(v / 1e6) + " tn" : size >= 1e3 ? "$" + plain(v / 1e3) + " bn" : "$" + plain(v) + " m";
  };
  // as the tables write them: money to three significant figures, shares to two
  const digits = (v, n) => v.toLocaleString("en-US", { minimumSignificantDigits: n, maximumSignificantDigits: n });
  const units = { ja: [[1e6, "兆ドル"], [1e2, "億ドル"], [1e-2, "万ドル"]], en: [[1e6, " trillion USD"], [1e3, " billion USD"], [1, " million USD"]] };
  const told = (v) => {
    const size = Math.abs(v);
    if (size === 0) return "0";
    const [factor, unit] = units[lang].find(([f]) => size * 1.0005 >= f) || units[lang][2];
    return (v < 0 ? "−" : "") + digits(size / factor, 3) + unit;
  };
  const part = (v) => (v === 0 ? "0%" : v < 0.005 ? "<0.01%" : digits(v, v > 99.5 ? 3 : 2) + "%");
  const fill = (text, values) => text.replace(/{(\w+)}/g, (all, name) => (name in values ? values[name] : all));
  const functions = {
    money: () => money,
    size: () => (v) => money(Math.abs(v)),
    percent: () => (v) => v + "%",
    floor: () => (range) => Math.min(0, range.min),
    hundred: () => (range) => (range.max < 101 ? 100 : Math.ceil(range.max / 20) * 20),
    tip: () => (p) => (p.data && p.data.tip) || "",
    country: (chart) => (p) => {
      const { tip, usd, value, year } = p.data || {};
      const country = chart.names[p.name] || "";
      if (tip || value === undefined) return tip || country;
      return fill(chart.said, { country, share: part(value), value: usd === undefined ? "—" : told(usd), year: year || "" });
    },
    pair: (chart) => (p) => {
      const [x, y, extra, loss, sum] = p.value;
      return fill(chart.said, { a: chart.names[x], b: chart.names[y], loss: told(loss), sum: told(sum), extra: (extra > 0 ? "+" : "") + told(extra) });
    },
    daily: (chart) => (points) => {
      const [day, loss] = points[0].value;
      const share = chart.normal ? plain((100 * loss) / chart.normal) : "0";
      return lang === "ja" ? `${day}日目<br>${money(loss)}（平常の付加価値の${share}%）` : `day ${day}<br>${money(loss)} (${share}% of normal value added)`;
    },
    whisker: () => (params, api) => {
      const [a, b] = [api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)])];
      const style = { stroke: "#1f2933", lineWidth: 1.3, fill: "none" };
      const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
      return { type: "group", children: [line(a[0], a[1], b[0], b[1]), line(a[0], a[1] - 4, a[0], a[1] + 4), line(b[0], b[1] - 4, b[0], b[1] + 4)] };
    },
    link: () => (params, api) => {
      const [a, b] = [api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)])];
      return { type: "line", shape: { x1: a[0], y1: a[1], x2: b[0], y2: b[1] }, style: { stroke: "#cfd6dd", lineWidth: 2 } };
    },
  };
  const own = (object, keys) => Object.keys(object).length === keys.length && keys.every((k) => k in object);
  const resolve = (value, chart) => {
    if (typeof value === "string") {
      if (value[0] === "@") return functions[value.slice(1)](chart);
      return value[0] === "¶" ? resolve(words[value.slice(1)]) : value;
    }
    if (Array.isArray(value)) return value.map((inner) => resolve(inner, chart));
    if (value === null || typeof value !== "object") return value;
    if (own(value, ["ja", "en"])) return value[lang];
    const out = {};
    for (const key of Object.keys(value)) if (key !== "map" || typeof value.map === "string") out[key] = resolve(value[key], chart);
    return out;
  };

  // ---- drawing --------------------------------------------------------------------------------------------------
  const draw = (place) => {
    const id = place.dataset.chart;
    if (!place.offsetWidth) return;
    const { choices, names, said, normal, map, ...option } = options[id];
    if (map && !echarts.getMap(map.name)) echarts.registerMap(map.name, map.shapes);
    const chart = drawn.get(id) || echarts.init(place, null, { renderer: "svg" });
    drawn.set(id, chart);
    const ready = resolve(option, { names: names ? resolve(names) : {}, said: said && resolve(said), normal });
    const choice = choices && choices[chosen.get(id) || Object.keys(choices)[0]];
    if (choice) choice.series.forEach((data, n) => { ready.series[n].data = resolve(data); });
    const font = getComputedStyle(document.body).fontFamily;
    ready.tooltip = { ...ready.tooltip, confine: true, borderColor: "#cbd3dc", textStyle: { color: "#1f2933", fontSize: 12.5, fontFamily: font }, extraCssText: "max-width:360px;white-space:normal;line-height:1.6;box-shadow:0 2px 10px rgba(31,41,51,.12)" };
    chart.setOption({ animation: false, textStyle: { fontFamily: font }, ...ready }, { notMerge: true });
    place.dataset.drawn = lang;
    const line = document.querySelector(`[data-line="${id}"]`);
    if (line && choice) line.textContent = choice.line ? resolve(choice.line) : "";
  };
  const places = [...document.querySelectorAll(".chart")];
  const near = new IntersectionObserver((seen) => seen.forEach((e) => {
    if (e.isIntersecting && e.target.dataset.drawn !== lang) draw(e.target);
  }), { rootMargin: "800px 0px" });
  places.forEach((place) => near.observe(place));
  const drawAll = () => places.forEach((place) => place.dataset.drawn !== lang && draw(place));
  const PAPER = 800; // wider than A4 between its margins: the style sheet for print draws it down to fit
  addEventListener("beforeprint", () => {
    drawAll();
    drawn.forEach((chart) => {
      chart.resize({ width: PAPER });
      const svg = chart.getDom().querySelector("svg");
      svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
    });
  });
  addEventListener("afterprint", () => drawn.forEach((chart) => chart.resize({ width: "auto" })));
  let timer = 0;
  addEventListener("resize", () => {
    clearTimeout(timer);
    timer = setTimeout(() => drawn.forEach((chart) => chart.resize()), 120);
  });

  // ---- choosing -------------------------------------------------------------------------------------------------
  const narrow = (select) => {
    const table = select.closest("section").querySelector("table:has(tr[data-for])");
    if (table) table.querySelectorAll("tr[data-for]").forEach((row) => row.classList.toggle("off", row.dataset.for !== select.value));
  };
  document.querySelectorAll("select[data-chart]").forEach((select) => {
    narrow(select);
    select.addEventListener("change", () => {
      chosen.set(select.dataset.chart, select.value);
      draw(document.querySelector(`.chart[data-chart="${select.dataset.chart}"]`));
      narrow(select);
    });
  });

  // ---- language and place ---------------------------------------------------------------------------------------
  const parts = () => new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "at=" + location.hash.slice(1));
  const show = (to) => {
    lang = to === "en" ? "en" : "ja";
    root.lang = lang;
    document.getElementById("to-" + lang).checked = true;
    document.querySelectorAll("[data-ja]").forEach((e) => { e.textContent = e.dataset[lang]; });
    drawn.forEach((chart, id) => draw(document.querySelector(`.chart[data-chart="${id}"]`)));
  };
  const go = (id) => {
    const target = id && document.getElementById(id);
    if (!target) return;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView();
  };
  const address = (at) => "#lang=" + lang + (at ? "&at=" + at : "");
  document.querySelectorAll("input[name=lang]").forEach((input) => input.addEventListener("change", () => {
    show(input.value);
    history.replaceState(null, "", address(parts().get("at")));
  }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    history.pushState(null, "", address(link.hash.slice(1)));
    go(link.hash.slice(1));
  });
  const arrive = () => {
    show(parts().get("lang") || lang);
    go(parts().get("at"));
  };
  addEventListener("hashchange", arrive);
  addEventListener("popstate", arrive);
  document.querySelectorAll("button[data-open], button[data-close]").forEach((button) => button.addEventListener("click", () => {
    const open = "open" in button.dataset;
    document.querySelectorAll(`${button.dataset.open || button.dataset.close} .card`).forEach((card) => { card.open = open; });
  }));
  const links = new Map([...document.querySelectorAll(".contents a")].map((a) => [a.hash.slice(1), a]));
  const watch = new IntersectionObserver((seen) => seen.forEach((e) => {
    if (!e.isIntersecting) return;
    links.forEach((a) => a.classList.remove("here"));
    links.get(e.target.id).classList.add("here");
  }), { rootMargin: "-20% 0px -75% 0px" });
  links.forEach((a, id) => watch.observe(document.getElementById(id)));
  arrive();
})();
