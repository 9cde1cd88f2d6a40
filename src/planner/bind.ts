import { InternalError, PlanError } from '../errors.ts';
import { type Expr, mapSame, type NamedExpr, update } from '../plan/expr.ts';
import type { AggregateNode, LogicalNode, RenameNode, WithColumnsNode } from '../plan/logical.ts';
import { columnNames, type RelNode, type ScanRel } from '../plan/relation.ts';
import type { Schema } from '../plan/types.ts';
import { checkGroupedColumns, checkNoAggregate, checkNoWindow, filterByWindow, hasWindow } from './bind-aggregate.ts';
import { bindDescribe } from './bind-describe.ts';
import { bindJoin } from './bind-join.ts';
import { fillNulls, noneIsNull } from './bind-nulls.ts';
import { bindSample } from './bind-sample.ts';
import { bindUnpivot } from './bind-unpivot.ts';
import { checkColumns, checkNames } from './check-columns.ts';
import type { Evidence } from './evidence.ts';
import { orderWindows } from './order-windows.ts';
import { fromWire } from './wire.ts';

/**
 * Turns what the user typed into the canonical algebra: verbs that depend on the input's columns become projections,
 * every name is looked up. Pure.
 *
 * @throws {UnknownColumnError} for a name that the input of a verb doesn't have
 * @throws {PlanError} DUPLICATE_COLUMN, AMBIGUOUS_COLUMN, INVALID_EXPRESSION
 */
export function bind(node: LogicalNode, evidence: Evidence): RelNode {
  switch (node.kind) {
    case 'scan':
      return scanOf(node, evidence);
    case 'values':
      return node;
    case 'select':
      return project(bind(node.input, evidence), node.columns, 'select', evidence);
    case 'withColumns':
      return bindWithColumns(bind(node.input, evidence), node, evidence);
    case 'drop': {
      const input = bind(node.input, evidence);
      checkNames(node.names, input, 'drop');
      return keep(
        input,
        columnNames(input).filter((name) => !node.names.includes(name)),
        'drop',
      );
    }
    case 'rename':
      return bindRename(bind(node.input, evidence), node);
    case 'filter': {
      const input = bind(node.input, evidence);
      checkColumns([node.predicate], input, 'filter', evidence);
      checkNoAggregate(
        [node.predicate],
        'filter',
        'Aggregate first, then filter the result: .groupBy(…).agg(…).filter(…).',
      );
      return hasWindow(node.predicate)
        ? filterByWindow(input, orderWindows(node.predicate, columnNames(input)))
        : { kind: 'filter', input, predicate: node.predicate };
    }
    case 'aggregate':
      return bindAggregate(bind(node.input, evidence), node, evidence);
    case 'distinct': {
      const input = bind(node.input, evidence);
      checkNames(node.on ?? [], input, 'distinct');
      return { kind: 'distinct', input, on: node.on };
    }
    case 'sort': {
      const input = bind(node.input, evidence);
      const keys = node.keys.map((key) => key.expr);
      checkColumns(keys, input, 'sort', evidence);
      checkNoAggregate(keys, 'sort', 'Aggregate first, then sort by the result.');
      checkNoWindow(keys, 'sort');
      return { kind: 'sort', input, keys: node.keys, stable: node.stable };
    }
    case 'limit':
      return { kind: 'limit', input: bind(node.input, evidence), limit: node.limit, offset: node.offset };
    case 'join':
      return bindJoin(node, bind(node.left, evidence), bind(node.right, evidence), evidence);
    case 'union': {
      const inputs = node.inputs.map((input) => bind(input, evidence));
      return { kind: 'union', inputs: alignByName(inputs, 'union') };
    }
    case 'dropNulls': {
      const input = bind(node.input, evidence);
      checkNames(node.names ?? [], input, 'dropNulls');
      return { kind: 'filter', input, predicate: noneIsNull(node.names ?? columnNames(input)) };
    }
    case 'fillNull':
      return fillNulls(bind(node.input, evidence), node, schemaBelow(node, evidence));
    case 'explode': {
      const input = bind(node.input, evidence);
      checkNames([node.column], input, 'explode');
      return { kind: 'explode', input, column: node.column, keepEmpty: node.keepEmpty };
    }
    case 'unpivot':
      return bindUnpivot(bind(node.input, evidence), node);
    case 'sample':
      return bindSample(bind(node.input, evidence), node);
    case 'describe':
      return bindDescribe(bind(node.input, evidence), schemaBelow(node, evidence));
    case 'memory':
    case 'persist':
      return fromWire(scanOf(node, evidence), schemaBelow(node, evidence));
    case 'set-operation': {
      const [left, right] = alignByName([bind(node.left, evidence), bind(node.right, evidence)], node.op);
      if (!left || !right) throw new InternalError(`A ${node.op} lost an input.`);
      return { kind: 'set-operation', op: node.op, left, right };
    }
  }
}

function schemaBelow(node: LogicalNode, evidence: Evidence): Schema {
  const schema = evidence.inputSchemas.get(node);
  if (!schema) throw new InternalError(`The input of a ${node.kind} in the plan was not described.`);
  return schema;
}

function scanOf(node: LogicalNode, evidence: Evidence): ScanRel {
  const source = evidence.sources.get(node);
  if (!source) throw new InternalError(`The ${node.kind} of a plan was not resolved.`);
  return { kind: 'scan', source, columns: source.schema.map((field) => field.name), rowIdentity: null, prune: [] };
}

function project(input: RelNode, columns: readonly NamedExpr[], verb: string, evidence: Evidence): RelNode {
  const exprs = columns.map((column) => column.expr);
  if (columns.length === 0)
    throw new PlanError('INVALID_ARGUMENT', `${verb}() leaves no column; a table has at least one.`);
  checkColumns(exprs, input, verb, evidence);
  checkNoAggregate(
    exprs,
    verb,
    'Use .agg(…) or .groupBy(…).agg(…) for one row a group, or .over({ … }) for a value in every row.',
  );
  const names = columnNames(input);
  const ordered = mapSame(columns, (column) => update(column, { expr: orderWindows(column.expr, names) }));
  return { kind: 'project', input, columns: ordered };
}

function bindWithColumns(input: RelNode, node: WithColumnsNode, evidence: Evidence): RelNode {
  const added = new Map(node.columns.map((column) => [column.name, column]));
  const names = columnNames(input);
  const kept = names.map((name) => added.get(name) ?? { name, expr: { kind: 'column', name } satisfies Expr });
  const fresh = node.columns.filter((column) => !names.includes(column.name));
  return project(input, [...kept, ...fresh], 'withColumns', evidence);
}

function bindRename(input: RelNode, node: RenameNode): RelNode {
  checkNames(Object.keys(node.names), input, 'rename');
  const columns = columnNames(input).map((name) => ({
    name: Object.hasOwn(node.names, name) ? (node.names[name] ?? name) : name,
    expr: { kind: 'column', name } satisfies Expr,
  }));
  const twice = columns.find((column, index) => columns.findIndex((other) => other.name === column.name) !== index);
  if (twice)
    throw new PlanError('DUPLICATE_COLUMN', `rename() would give two columns the name ${JSON.stringify(twice.name)}.`);
  return { kind: 'project', input, columns };
}

function bindAggregate(input: RelNode, node: AggregateNode, evidence: Evidence): RelNode {
  const keys = node.keys.map((key) => key.expr);
  checkColumns(keys, input, 'groupBy', evidence);
  checkNoAggregate(keys, 'groupBy', 'A key is computed from one row.');
  checkNoWindow(keys, 'groupBy');
  checkColumns(
    node.aggregates.map((column) => column.expr),
    input,
    'agg',
    evidence,
  );
  checkGroupedColumns(node, evidence);
  return { kind: 'aggregate', input, keys: node.keys, aggregates: node.aggregates };
}

/** The input with only these columns, in this order; the input itself when it has just those. */
function keep(input: RelNode, names: readonly string[], verb: string): RelNode {
  if (names.length === 0)
    throw new PlanError('INVALID_ARGUMENT', `${verb}() leaves no column; a table has at least one.`);
  const current = columnNames(input);
  if (current.length === names.length && current.every((name, index) => name === names[index])) return input;
  return { kind: 'project', input, columns: names.map((name) => ({ name, expr: { kind: 'column', name } })) };
}

/** All inputs with the columns of the first, in its order. */
function alignByName(inputs: readonly RelNode[], verb: string): readonly RelNode[] {
  const names = inputs[0] ? columnNames(inputs[0]) : [];
  return inputs.map((input, index) => {
    const own = columnNames(input);
    const missing = names.filter((name) => !own.includes(name));
    const extra = own.filter((name) => !names.includes(name));
    if (missing.length + extra.length > 0) {
      const parts = [
        missing.length > 0 ? `lacks ${missing.join(', ')}` : '',
        extra.length > 0 ? `has also ${extra.join(', ')}` : '',
      ];
      throw new PlanError(
        'SCHEMA_MISMATCH',
        `${verb}() needs the same columns on all sides. The first has ${names.join(', ')}; side ${index + 1} ${parts.filter(Boolean).join(' and ')}. Use select() to line them up.`,
      );
    }
    return keep(input, names, verb);
  });
}
