import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../../engine/describe.ts';
import { mapInputs, type RelNode, relInputs } from '../../plan/relation.ts';

/** The plan with the columns and types of every exchange, which readers cast back to. */
export async function describeExchanges(rel: RelNode, connection: DuckDBConnection): Promise<RelNode> {
  const described = new Map<RelNode, RelNode>();
  for (const input of relInputs(rel)) described.set(input, await describeExchanges(input, connection));
  const node = mapInputs(rel, (input) => described.get(input) ?? input);
  return node.kind === 'exchange' ? { ...node, schema: await describeSchema(connection, node.input) } : node;
}
