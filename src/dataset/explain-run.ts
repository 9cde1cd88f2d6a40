import { explainPlan } from '../plan/explain-plan.ts';
import type { RunReport } from '../plan/run-report.ts';
import type { PhysicalPlan, Stage } from '../plan/stage.ts';
import type { PlanningEnvironment } from '../planner/plan-query.ts';
import { estimateStages } from '../planner/stages/estimate-stages.ts';
import { inspectScans } from '../planner/stages/inspect-scans.ts';

/**
 * A plan as text with what it is estimated to do; footers of Parquet files are read where they are not known yet.
 *
 * @param run what a run of it did, which is told beside; null before one
 */
export async function explainRun(
  plan: PhysicalPlan,
  environment: PlanningEnvironment,
  run: RunReport | null,
): Promise<string> {
  const inspection = await inspectScans(plan, environment);
  return explainPlan(plan, { ...inspection, estimates: estimateStages(plan, inspection), run });
}

/** The plan as it ran, which may have changed on the way. @param stages the planner's last thoughts */
export function planAsRun(plan: PhysicalPlan, stages: readonly Stage[]): PhysicalPlan {
  const ran = new Set(stages.map((stage) => stage.id));
  const gone = plan.stages.filter((stage) => !ran.has(stage.id));
  const notes = gone.map(({ id }) => `Stage ${id} was not needed: the stage that reads its rows does its work.`);
  return { ...plan, stages, warnings: [...plan.warnings, ...notes] };
}
