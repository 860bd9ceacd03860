"use strict";

// Each chart stands beside its table: where the script runs, the drawing takes the table's place and the table folds.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const red = colour("--yl-red");
  const blue = colour("--yl-blue");
  const quiet = colour("--yl-quiet");
  const line = { lineStyle: { color: colour("--yl-line") } };

  // What is not recorded at all is said in words, and a total with gaps says that it has some.
  const written = (row) => (row.unrecorded && row.attendances ? `${row.text}（不全）` : row.text);
  const told = (rows, names) => (items) => {
    const row = rows[items[0].dataIndex];
    return `${row.label}\n${names[0]}：${row.sessions}\n${names[1]}：${written(row)}`;
  };
  // The width of the longest of some texts as it will be drawn.
  const ruler = document.createElement("canvas").getContext("2d");
  const longest = (texts, size = 12) => {
    ruler.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    return Math.ceil(Math.max(0, ...texts.map((text) => ruler.measureText(text).width)));
  };
  const title = (text, left, top) => ({ text, left, top, padding: 0, textStyle: { fontSize: 13, fontWeight: 500, color: quiet } });
  // A series of one panel whose bars bear their numbers, and of which the smallest that is not nothing can be seen.
  const numbered = (at, rows, key, text, position, fontSize = 12) => ({
    type: "bar",
    xAxisIndex: at,
    yAxisIndex: at,
    data: rows.map((row) => ({ value: row[key], itemStyle: row[key] ? {} : { color: "transparent" } })),
    barMinHeight: 2,
    label: { show: true, position, fontSize, color: quiet, formatter: (item) => text(rows[item.dataIndex]) },
  });
  const common = (rows, names) => ({
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: [red, blue],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, formatter: told(rows, names) },
  });

  // Upright columns, one panel above the other, so that each number has a scale of its own; each column bears its number.
  function columns(rows, width, names, height) {
    const head = 44;
    const foot = 40;
    const gap = 16;
    const panel = (height - foot + gap) / 2;
    // With their years months are too long to stand side by side: their year goes above, and some are left out.
    const isLong = rows.some((row) => row.label.includes("年"));
    const short = (label) => (width < 400 && !isLong ? label.replace("月", "") : label.replace("年", "年\n"));
    const axis = (at) => ({
      type: "category",
      gridIndex: at,
      data: rows.map((row) => row.label),
      axisTick: { show: false },
      axisLine: line,
      axisLabel: { show: at === 1, interval: isLong ? "auto" : 0, color: quiet, formatter: short },
    });
    // Where the words for what is missing have no room above a column, a sign says it, and the title what it means.
    const band = (width - 8) / rows.length - 2;
    const brief = (row) => (row.unrecorded && row.attendances ? `${row.text}+` : row.text);
    const texts = longest(rows.map(written)) <= band ? written : brief;
    const isMarked = texts === brief && rows.some((row) => brief(row) !== row.text);
    const size = [12, 10, 9].find((each) => longest(rows.map(texts), each) <= band) ?? 9;
    const series = (at, key, text) => ({
      ...numbered(at, rows, key, text, "top", size),
      barMaxWidth: 18,
      itemStyle: { borderRadius: [3, 3, 0, 0] },
      labelLayout: { hideOverlap: true },
    });
    return {
      ...common(rows, names),
      title: [0, 1].map((at) => title(at && isMarked ? `${names[1]}（+ 为统计不全）` : names[at], 0, at * panel)),
      grid: [0, 1].map((at) => ({ left: 4, right: 4, top: at * panel + head, height: panel - head - gap })),
      xAxis: [axis(0), axis(1)],
      yAxis: [0, 1].map((at) => ({ type: "value", gridIndex: at, show: false })),
      series: [series(0, "sessions", (row) => String(row.sessions)), series(1, "attendances", texts)],
    };
  }

  // Lying bars in two panels that share their labels, for many and long ones; each bar bears its number.
  function bars(rows, width, names) {
    const labels = rows.map((row) => row.label);
    const room = Math.min(longest(labels), 0.4 * width) + 16;
    const panel = (width - room) / 2;
    const axis = (at) => ({
      type: "category",
      gridIndex: at,
      data: labels,
      inverse: true,
      axisTick: { show: false },
      axisLine: line,
      axisLabel: { show: at === 0, interval: 0, color: quiet, width: room - 12, overflow: "truncate" },
    });
    const series = (at, key, text) => ({
      ...numbered(at, rows, key, text, "right"),
      barMaxWidth: 14,
      itemStyle: { borderRadius: [0, 3, 3, 0] },
    });
    const texts = [(row) => String(row.sessions), written];
    const place = (at) => ({ left: room + at * panel, width: panel - longest(rows.map(texts[at])) - 12, top: 28, bottom: 4 });
    return {
      ...common(rows, names),
      title: [0, 1].map((at) => title(names[at], room + at * panel, 0)),
      grid: [place(0), place(1)],
      xAxis: [0, 1].map((at) => ({ type: "value", gridIndex: at, show: false })),
      yAxis: [axis(0), axis(1)],
      series: [series(0, "sessions", texts[0]), series(1, "attendances", texts[1])],
    };
  }

  // Bars to both sides of nothing; what grew manifold ends at the edge and says its number.
  function growth(rows, width) {
    const room = Math.min(longest(rows.map((row) => row.label)), 0.4 * width) + 16;
    const percent = (row) => `${row.percent > 0 ? "+" : ""}${row.percent}%`;
    const most = Math.min(300, 50 * Math.ceil(Math.max(50, ...rows.map((row) => row.percent)) / 50));
    const least = Math.min(0, 25 * Math.floor(Math.min(...rows.map((row) => row.percent)) / 25));
    return {
      ...common(rows),
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, formatter: (items) => `${rows[items[0].dataIndex].label}\n${rows[items[0].dataIndex].text}` },
      grid: { left: room, right: longest(rows.map(percent)) + 12, top: 4, bottom: width > 480 ? 28 : 4 },
      xAxis: { type: "value", min: least, max: most, axisLabel: { show: width > 480, color: quiet, formatter: "{value}%" }, splitLine: line },
      yAxis: { type: "category", data: rows.map((row) => row.label), inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { interval: 0, color: quiet, width: room - 12, overflow: "truncate" } },
      series: [
        {
          type: "bar",
          data: rows.map((row) => ({
            value: Math.min(row.percent, most),
            itemStyle: { color: row.percent < 0 ? red : blue },
            label: { show: true, position: "right", color: quiet, formatter: percent(row) },
          })),
          barMaxWidth: 12,
        },
      ],
    };
  }

  const shapes = { columns, bars, growth };
  for (const place of document.querySelectorAll("[data-chart]")) {
    const rows = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.hidden = false;
    const table = place.parentElement.querySelector("details");
    if (table) table.open = false;
    const names = table ? [...table.querySelectorAll("thead .number")].map((heading) => heading.textContent) : [];
    if (place.dataset.shape !== "columns") place.style.minHeight = `${32 + 26 * rows.length}px`;
    const chart = echarts.init(place, null, { renderer: "svg" });
    const draw = () => {
      chart.resize();
      chart.setOption(shapes[place.dataset.shape](rows, place.clientWidth, names, place.clientHeight));
    };
    draw();
    new ResizeObserver(draw).observe(place);
  }
});
