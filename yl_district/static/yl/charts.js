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
  const common = (rows, names) => ({
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    color: [red, blue],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, formatter: told(rows, names) },
  });

  // Upright columns on two scales, for few and short labels.
  function columns(rows, width, names) {
    const scale = (at) => ({
      type: "value",
      name: names[at],
      minInterval: 1,
      alignTicks: true,
      nameTextStyle: { color: quiet, align: at ? "right" : "left", padding: 0 },
      axisLabel: { color: quiet },
      splitLine: at ? { show: false } : line,
    });
    const series = (at, key) => ({
      name: names[at],
      type: "bar",
      yAxisIndex: at,
      data: rows.map((row) => row[key]),
      barMaxWidth: 18,
      itemStyle: { borderRadius: [3, 3, 0, 0] },
    });
    // With their years months are too long to stand side by side: their year goes above, and some are left out.
    const isLong = rows.some((row) => row.label.includes("年"));
    const short = (label) => (width < 400 && !isLong ? label.replace("月", "") : label.replace("年", "年\n"));
    return {
      ...common(rows, names),
      grid: { left: 4, right: 4, top: 56, bottom: 4, containLabel: true },
      legend: { top: 0, data: names, itemWidth: 14, itemHeight: 10 },
      xAxis: {
        type: "category",
        data: rows.map((row) => row.label),
        axisTick: { show: false },
        axisLine: line,
        axisLabel: { interval: isLong ? "auto" : 0, color: quiet, formatter: short },
      },
      yAxis: [scale(0), scale(1)],
      series: [series(0, "sessions"), series(1, "attendances")],
    };
  }

  // Lying bars in two panels that share their labels, for many and long ones; each bar bears its number.
  function bars(rows, width, names) {
    const labels = rows.map((row) => row.label);
    const room = 12 * Math.max(...labels.map((label) => label.length)) + 16;
    const panel = (width - room) / 2;
    const axis = (at) => ({
      type: "category",
      gridIndex: at,
      data: labels,
      inverse: true,
      axisTick: { show: false },
      axisLine: line,
      axisLabel: { show: at === 0, interval: 0, color: quiet },
    });
    const series = (at, key, text) => ({
      name: names[at],
      type: "bar",
      xAxisIndex: at,
      yAxisIndex: at,
      data: rows.map((row) => row[key]),
      barMaxWidth: 14,
      itemStyle: { borderRadius: [0, 3, 3, 0] },
      label: { show: true, position: "right", color: quiet, formatter: (item) => text(rows[item.dataIndex]) },
    });
    const title = (at) => ({ text: names[at], left: room + at * panel, top: 0, textStyle: { fontSize: 13, fontWeight: 500, color: quiet } });
    const place = (at, margin) => ({ left: room + at * panel, width: panel - margin, top: 28, bottom: 4 });
    return {
      ...common(rows, names),
      title: [title(0), title(1)],
      grid: [place(0, 36), place(1, 64)],
      xAxis: [0, 1].map((at) => ({ type: "value", gridIndex: at, show: false })),
      yAxis: [axis(0), axis(1)],
      series: [series(0, "sessions", (row) => String(row.sessions)), series(1, "attendances", written)],
    };
  }

  // Bars to both sides of nothing; what grew manifold ends at the edge and says its number.
  function growth(rows, width) {
    const most = Math.min(300, 50 * Math.ceil(Math.max(50, ...rows.map((row) => row.percent)) / 50));
    const least = Math.min(0, 25 * Math.floor(Math.min(...rows.map((row) => row.percent)) / 25));
    return {
      ...common(rows),
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, formatter: (items) => `${rows[items[0].dataIndex].label}\n${rows[items[0].dataIndex].text}` },
      grid: { left: 4, right: 56, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", min: least, max: most, axisLabel: { show: width > 480, color: quiet, formatter: "{value}%" }, splitLine: line },
      yAxis: { type: "category", data: rows.map((row) => row.label), inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { interval: 0, color: quiet } },
      series: [
        {
          type: "bar",
          data: rows.map((row) => ({
            value: Math.min(row.percent, most),
            itemStyle: { color: row.percent < 0 ? red : blue },
            label: { show: true, position: "right", color: quiet, formatter: `${row.percent > 0 ? "+" : ""}${row.percent}%` },
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
      chart.setOption(shapes[place.dataset.shape](rows, place.clientWidth, names));
    };
    draw();
    new ResizeObserver(draw).observe(place);
  }
});
