"use strict";

// What was done by the end of each month beside the plan; where the script runs, the drawing takes the table's place.
document.addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const quiet = colour("--yl-quiet");
  const line = { lineStyle: { color: colour("--yl-line") } };

  function options(course) {
    const done = course.done.map(([day, value]) => [day, value]);
    const told = (items) => {
      const [day, , amount, planned] = course.done[items.find((item) => item.seriesIndex === 0)?.dataIndex ?? 0];
      return `截至 ${day}\n累计完成：${amount} ${course.unit}\n按计划：${planned} ${course.unit}`;
    };
    return {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: [colour("--yl-red"), colour("--yl-blue")],
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: 16, top: 40, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 10, data: ["累计完成", "计划"] },
      tooltip: { trigger: "item", renderMode: "richText", formatter: (item) => told([item]) },
      xAxis: {
        type: "time",
        min: course.begin,
        max: course.end,
        minInterval: 28 * 24 * 3600 * 1000,
        axisLine: line,
        axisLabel: { color: quiet, hideOverlap: true, formatter: "{M}月" },
        splitLine: { show: false },
      },
      yAxis: {
        type: "value",
        min: 0,
        max: (found) => Math.max(found.max, course.target),
        minInterval: 1,
        axisLabel: { color: quiet },
        splitLine: line,
      },
      series: [
        { name: "累计完成", type: "line", data: done, symbol: "circle", symbolSize: 8, lineStyle: { width: 3 } },
        { name: "计划", type: "line", data: course.plan, symbol: "none", silent: true, lineStyle: { width: 2, type: "dashed" } },
      ],
    };
  }

  for (const place of document.querySelectorAll("[data-course]")) {
    const course = JSON.parse(document.getElementById(place.dataset.course).textContent);
    place.hidden = false;
    place.parentElement.querySelector("details").open = false;
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(course));
    new ResizeObserver(() => chart.resize()).observe(place);
  }
});
