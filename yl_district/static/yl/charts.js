"use strict";

// Each chart stands beside its table: where the script runs, the drawing takes the table's place and the table folds.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const place of document.querySelectorAll("[data-chart]")) {
    const rows = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.hidden = false;
    place.parentElement.querySelector("details").open = false;
    const chart = echarts.init(place, null, { renderer: "svg" });
    const crowded = rows.length > 12 || rows.some((row) => row.label.length > 4);
    chart.setOption({
      animation: !still,
      color: [colour("--yl-red"), "#7a93b8"],
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      legend: { top: 0, data: ["场次", "人次"] },
      tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
      xAxis: {
        type: "category",
        data: rows.map((row) => row.label),
        axisTick: { show: false },
        axisLabel: { interval: 0, rotate: crowded ? 45 : 0 },
      },
      yAxis: [
        { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--yl-line") } } },
        { type: "value", minInterval: 1, splitLine: { show: false } },
      ],
      series: [
        { name: "场次", type: "bar", data: rows.map((row) => row.sessions), barMaxWidth: 18, itemStyle: { borderRadius: [3, 3, 0, 0] } },
        {
          name: "人次",
          type: "bar",
          yAxisIndex: 1,
          data: rows.map((row) => row.attendances),
          barMaxWidth: 18,
          itemStyle: { borderRadius: [3, 3, 0, 0] },
        },
      ],
    });
    new ResizeObserver(() => chart.resize()).observe(place);
  }
});
