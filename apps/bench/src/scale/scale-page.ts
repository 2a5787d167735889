import { AppError } from "@millrace/model";
import { coresOf, type HostFacts } from "../measure/host.ts";
import { curvePlot } from "../plot/curve-plot.ts";
import { shortNumber } from "../plot/log-axis.ts";
import type { Curve, FittedSeries } from "./curve.ts";

export interface FittedCurve {
  readonly curve: Curve;
  readonly all: readonly FittedSeries[];
}

const BEGIN = "<!-- bench figures -->";
const END = "<!-- end of bench figures -->";

/** "2.1 + 0.003 × partitions (R² 0.98)". */
export function modelText({ series, fit }: FittedSeries, x: string): string {
  const unknown = series.basis?.words ?? x;
  const sign = fit.slope < 0 ? "−" : "+";
  const constant = fit.constant === 0 ? "" : `${shortNumber(fit.constant)} ${sign} `;
  return `${constant}${shortNumber(Math.abs(fit.slope))} × ${unknown} (R² ${fit.r2.toFixed(2)})`;
}

/** For a terminal. */
export function scaleTable(curves: readonly FittedCurve[]): string {
  return curves
    .flatMap(({ curve, all }) => [
      curve.title,
      ...all.flatMap((fitted) => [
        `  ${fitted.series.name}: ${modelText(fitted, curve.x)}`,
        ...fitted.points.map(
          ({ x, y, least, greatest }) => `    ${shortNumber(x)}: ${shortNumber(y)} (${shortNumber(least)}–${shortNumber(greatest)})`,
        ),
      ]),
    ])
    .join("\n");
}

export function scalePlot(curves: readonly FittedCurve[]): string {
  return curvePlot(
    "How cost grows: measured, and the model of each",
    curves.flatMap(({ curve, all }) =>
      // A panel has one unit.
      all.map((fitted) => ({
        title: curve.title,
        x: curve.x,
        series: [
          {
            name: fitted.series.name,
            points: fitted.points,
            model: (x: number) => fitted.fit.at(x),
          },
        ],
        note: `= ${modelText(fitted, curve.x)}`,
      })),
    ),
  );
}

export interface ScaleFacts {
  readonly command: string;
  readonly host: HostFacts;
  readonly rounds: number;
  readonly isQuick: boolean;
}

/** What stands between the marks of docs/scale.md. */
export function scaleMarkdown(curves: readonly FittedCurve[], { command, host, rounds, isQuick }: ScaleFacts): string {
  return [
    `Written by the bench, from \`${command}\`; do not edit between the marks.${isQuick ? " **A quick run: too short to quote.**" : ""}`,
    "",
    `Host: ${host.cpu}, ${coresOf(host, "shared by servers and clients")}, ${(host.memoryBytes / 1024 ** 3).toFixed(0)} GiB, kernel ${host.kernel}, Node ${host.node}, commit ${host.commit}${host.isDirty ? " with changes" : ""}, ${host.startedAt.slice(0, 16).replace("T", " ")} UTC.`,
    `${rounds} ${rounds === 1 ? "round" : "rounds"}, the points of a curve in turn in each; figures are medians (least–greatest). CPU is user and system time of all server processes, those of jobs included. The models are least squares of relative errors.`,
    ...(host.loadBefore > host.cores / 2
      ? [`Others worked on the machine as well (load average before: ${host.loadBefore.toFixed(0)}): times are upper bounds.`]
      : []),
    "",
    "![Cost over partitions, connections, keys, state, processes and windows](./scale-cost.svg)",
    ...curves.flatMap(({ curve, all }) => ["", `**${curve.title}**: ${curve.about}.`, "", ...tableOf({ curve, all })]),
  ].join("\n");
}

function tableOf({ curve, all }: FittedCurve): string[] {
  const xs = [...new Set(all.flatMap(({ points }) => points.map(({ x }) => x)))].sort((left, right) => left - right);
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    row([curve.x, ...xs.map((x) => x.toLocaleString("en")), "model"]),
    row(["---", ...xs.map(() => "---:"), "---"]),
    ...all.map((fitted) =>
      row([
        fitted.series.name,
        ...xs.map((x) => {
          const point = fitted.points.find((each) => each.x === x);
          return point === undefined ? "" : `${shortNumber(point.y)} (${shortNumber(point.least)}–${shortNumber(point.greatest)})`;
        }),
        modelText(fitted, curve.x),
      ]),
    ),
  ];
}

/** The page with a new part between its marks. */
export function withSection(page: string, section: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new AppError({
      kind: "invalid",
      code: "page-without-marks",
      message: `docs/scale.md has no place for the figures: it needs ${BEGIN} and ${END}`,
    });
  return `${page.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${page.slice(end)}`;
}
