import type { AnyRow } from '../../../src/dataset/row-types.ts';
import type { Dataset, Session } from '../../../src/index.ts';
import { formatType } from '../../../src/plan/type-name.ts';
import type { AnyExpr } from '../functions/function-spec.ts';
import type { PlanJoin, PlanNamed, PlanQuery, PlanStep, PlanTable, RandomPlan } from '../random-plan.ts';
import { buildExpr, buildKey, constantValue } from './build-expr.ts';

type AnyDataset = Dataset<AnyRow>;
type Tables = (index: number) => AnyDataset;

/**
 * The plan as a chain of the Dataset API's verbs.
 *
 * @param files paths of the tables that lie in files, by the table's index
 */
export function buildDataset(session: Session, plan: RandomPlan, files: ReadonlyMap<number, string>): AnyDataset {
  const tables = new Map<number, AnyDataset>();
  const tableAt = (index: number): AnyDataset => {
    const table = plan.tables[index];
    if (!table) throw new RangeError(`The plan has no table ${index}.`);
    const made = tables.get(index) ?? datasetOf(session, table, files.get(index));
    tables.set(index, made);
    return made;
  };
  return buildQuery(plan.query, tableAt);
}

function datasetOf(session: Session, table: PlanTable, path: string | undefined): AnyDataset {
  const schema = Object.fromEntries(table.columns.map(({ name, type }) => [name, formatType(type)]));
  if (path === undefined)
    return session.from(
      table.rows.map((row) => rowOf(table, row)),
      { schema },
    );
  if (table.source === 'parquet') return session.read.parquet<AnyRow>(path);
  return session.read.csv<AnyRow>(path, { schema, header: true, delimiter: ',', quote: '"' });
}

function rowOf(table: PlanTable, row: PlanTable['rows'][number]): AnyRow {
  return Object.fromEntries(table.columns.map(({ name }, index) => [name, row[index]]));
}

function buildQuery(query: PlanQuery, tableAt: Tables): AnyDataset {
  return query.steps.reduce((input, step) => buildStep(input, step, tableAt), tableAt(query.table));
}

function buildStep(input: AnyDataset, step: PlanStep, tableAt: Tables): AnyDataset {
  switch (step.verb) {
    case 'select':
      return input.select(...step.columns.map(({ name, expr }) => buildExpr(expr).as(name)));
    case 'withColumns':
      return input.withColumns(byName(step.columns));
    case 'filter':
      return input.filter(buildExpr(step.condition));
    case 'drop':
      return input.drop(...step.names);
    case 'rename':
      return input.rename(step.names);
    case 'distinct':
      return input.distinct(...(step.on ?? []));
    case 'sort':
      return input.sort(...step.keys.map(buildKey), ...(step.stable ? [{ stable: true }] : []));
    case 'limit':
      return input.limit(step.rows);
    case 'head':
      return input.head(step.rows);
    case 'offset':
      return input.offset(step.rows);
    case 'union':
      return input.union(buildQuery(step.other, tableAt));
    case 'except':
      return input.except(buildQuery(step.other, tableAt));
    case 'intersect':
      return input.intersect(buildQuery(step.other, tableAt));
    case 'join':
      return buildJoin(input, step, buildQuery(step.other, tableAt));
    case 'groupBy': {
      const aggregates = byName(step.aggregates);
      if (step.keys.length === 0) return input.agg(aggregates);
      return input.groupBy(...step.keys.map(({ name, expr }) => buildExpr(expr).as(name))).agg(aggregates);
    }
    case 'explode':
      return input.explode(step.column, { keepEmpty: step.keepEmpty });
    case 'unpivot':
      return input.unpivot(step.columns, { nameTo: step.nameTo, valueTo: step.valueTo });
    case 'fillNull':
      return input.fillNull(constantValue(step.value) ?? 0, ...step.columns);
    case 'dropNulls':
      return input.dropNulls(...step.columns);
    case 'sample':
      return input.sample(step.fraction, { seed: step.seed });
    case 'persist':
      return input.persist();
  }
}

function buildJoin(input: AnyDataset, step: PlanJoin, right: AnyDataset): AnyDataset {
  const { how, on, pairs, where, suffix } = step;
  return input.join(right, {
    how,
    suffix,
    ...(on.length > 0 ? { on } : {}),
    ...(pairs.length > 0
      ? { leftOn: pairs.map((pair) => buildExpr(pair.left)), rightOn: pairs.map((pair) => buildExpr(pair.right)) }
      : {}),
    ...(where ? { where: buildExpr(where) } : {}),
  });
}

function byName(columns: readonly PlanNamed[]): Record<string, AnyExpr> {
  return Object.fromEntries(columns.map(({ name, expr }) => [name, buildExpr(expr)]));
}
