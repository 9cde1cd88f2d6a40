import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../../engine/describe.ts';
import { InternalError } from '../../errors.ts';
import type { Expr } from '../../plan/expr.ts';
import {
  columnNames,
  type JoinKey,
  type JoinRel,
  mapInputs,
  type RelNode,
  relInputs,
  type SetOperationRel,
} from '../../plan/relation.ts';
import { type DataType, sameType } from '../../plan/types.ts';

/**
 * The plan with the common type of both sides at every pair of keys that rows may be dealt by, since equal values hash
 * alike only within one type: join keys carry it, sides of set operations are cast to it.
 */
export async function bindKeys(rel: RelNode, connection: DuckDBConnection): Promise<RelNode> {
  const inputs = new Map<RelNode, RelNode>();
  for (const input of relInputs(rel)) inputs.set(input, await bindKeys(input, connection));
  const node = mapInputs(rel, (input) => inputs.get(input) ?? input);
  if (node.kind === 'join') return bindJoinKeys(node, connection);
  if (node.kind === 'set-operation') return castSides(node, connection);
  return node;
}

async function bindJoinKeys(node: JoinRel, connection: DuckDBConnection): Promise<JoinRel> {
  const on: JoinKey[] = [];
  for (const key of node.on) {
    const left = await typeOf(key.left, node.left, connection);
    const right = await typeOf(key.right, node.right, connection);
    on.push({ ...key, type: await commonType(left, right, connection) });
  }
  return { ...node, on };
}

async function castSides(node: SetOperationRel, connection: DuckDBConnection): Promise<SetOperationRel> {
  const schema = await describeSchema(connection, node);
  const cast = async (input: RelNode): Promise<RelNode> => {
    const own = await describeSchema(connection, input);
    if (schema.every(({ type }, index) => own[index] && sameType(type, own[index].type))) return input;
    const columns = schema.map(({ name, type }) => ({
      name,
      expr: { kind: 'cast', input: { kind: 'column', name }, type, safe: false } satisfies Expr,
    }));
    return { kind: 'project', input, columns };
  };
  return { ...node, left: await cast(node.left), right: await cast(node.right) };
}

async function typeOf(expr: Expr, input: RelNode, connection: DuckDBConnection): Promise<DataType> {
  const [field] = await describeSchema(connection, { kind: 'project', input, columns: [{ name: 'key', expr }] });
  if (!field) throw new InternalError(`A join key over ${columnNames(input).join(', ')} has no type.`);
  return field.type;
}

async function commonType(left: DataType, right: DataType, connection: DuckDBConnection): Promise<DataType> {
  if (sameType(left, right)) return left;
  const nothing: RelNode = {
    kind: 'values',
    schema: [
      { name: 'left', type: left },
      { name: 'right', type: right },
    ],
    rows: [],
  };
  const either: Expr = {
    kind: 'call',
    fn: 'coalesce',
    args: [
      { kind: 'column', name: 'left' },
      { kind: 'column', name: 'right' },
    ],
  };
  return typeOf(either, nothing, connection);
}
