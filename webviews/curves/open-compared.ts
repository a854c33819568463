/** From a place of one of several lines to the traces of its run at that step. */
import { plural, t } from "../shared/l10n";
import { openMenu } from "../shared/menu";
import type { Client } from "../shared/client";
import { lineKey } from "./comparison";
import { comparedPanel } from "./comparison-charts";
import { letterOf, type Member } from "./compared-runs";
import type { CurvesModel } from "./model";

export interface OpenCompared {
  /** `series`: the line that was clicked on; null: any, so that a menu asks which. */
  open(index: number, chart: string, series: string | null): void;
}

export function openCompared(
  client: Pick<Client, "ask">,
  model: Pick<CurvesModel, "comparison" | "stepsAt">,
  { say, told }: { readonly say: (text: string) => void; readonly told: (error: unknown) => void },
): OpenCompared {
  const meant = (chart: string, series: string | null): Member[] => {
    const { lines } = model.comparison();
    const metric = chart.slice(comparedPanel.length);
    const own = lines.filter((line) => series === null || lineKey(metric, line) === series);
    return own.flatMap(({ members }) => members);
  };
  const open = async (index: number, chart: string, series: string | null): Promise<void> => {
    const members = meant(chart, series);
    const runs = members.filter(({ tracker }) => tracker === null);
    const others = members.filter(({ tracker }) => tracker !== null);
    if (runs.length === 0) {
      const names = others.map((member) => `${letterOf(member.style)} (${member.title})`).join(", ");
      if (names !== "") say(t("{0} was recorded by another tool: its rollouts are not here.", names));
      return;
    }
    const rows = await model.stepsAt(index, runs);
    const there = runs.flatMap((member, at) => {
      const row = rows[at] ?? null;
      return row === null ? [] : [{ member, row }];
    });
    const show = ({ member, row }: (typeof there)[number]): void => {
      client.ask("openTraces", { folder: member.folder, stage: row.stage, step: row.step }).catch(told);
    };
    const [only] = there;
    const plot = document.querySelector<HTMLElement>(`[data-chart="${CSS.escape(chart)}"] .plot`);
    if (only === undefined) say(t("None of {0} has a step here.", plural(runs.length, "run")));
    else if (there.length === 1 || plot === null) show(only);
    else
      openMenu(plot, t("Traces of which run"), [
        there.map(({ member, row }) => ({
          label: t("{0}: {1}, {2}, step {3}", letterOf(member.style), member.title, row.stage, row.step),
          icon: "list-tree",
          run: () => show({ member, row }),
        })),
      ]);
  };
  return { open: (index, chart, series) => void open(index, chart, series).catch(told) };
}
