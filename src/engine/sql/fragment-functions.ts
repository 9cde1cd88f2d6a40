import type { DuckDBConnection } from '@duckdb/node-api';

/**
 * What a function of the engine is to a fragment: `scalar` may be used; `forbidden` ones depend on more than their arguments.
 */
export type FunctionKind = 'scalar' | 'aggregate' | 'forbidden';

/** Functions that the engine calls consistent, yet that read settings, variables, plans or the clock, or are its internals. */
const readsMore = new RegExp(
  [
    '^__',
    '^current_',
    '^pg_',
    '^has_.*privilege',
    '^has_foreign',
    '^inet_',
    '^json_(de)?serialize',
    '^session_user$',
    '^user$',
    '^version$',
    '^getvariable$',
    '^get_block_size$',
    '^ago$',
    '^age$',
    '_description$',
    '^map_to_pg_oid$',
    '^format_(pg_)?type$',
    '^parse_duckdb_log',
    '^create_sort_key$',
    '^vector_type$',
    '^(cast_to|make|get|replace)_type$',
    '^constant_or_null$',
    '^stats$',
    '^variant_(bytes|normalize|to)',
    '^(combine|finalize)$',
    '^st_',
    '^bar$',
  ].join('|'),
);

/** Macros that expand to an aggregate or to rows. */
const aggregatesInDisguise: ReadonlySet<string> = new Set([
  'geomean',
  'geometric_mean',
  'wavg',
  'weighted_avg',
  'json_group_array',
  'json_group_object',
  'json_group_structure',
  'generate_subscripts',
  'regexp_split_to_table',
  'unnest',
]);

let loaded: Promise<ReadonlyMap<string, FunctionKind>> | undefined;

/** All functions of the engine by name, in lower case; read once a process, since the engine's version is pinned. */
export function loadFunctions(connection: DuckDBConnection): Promise<ReadonlyMap<string, FunctionKind>> {
  loaded ??= readFunctions(connection).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function readFunctions(connection: DuckDBConnection): Promise<ReadonlyMap<string, FunctionKind>> {
  const reader = await connection.runAndReadAll(
    `SELECT lower(function_name), bool_or(function_type = 'aggregate'), bool_and(function_type = 'macro' OR stability = 'CONSISTENT')
     FROM duckdb_functions()
     WHERE internal AND function_type IN ('scalar', 'macro', 'aggregate')
     GROUP BY 1`,
  );
  return new Map(
    reader
      .getRows()
      .map(([name, aggregate, consistent]) => [
        String(name),
        kindOf(String(name), aggregate === true, consistent === true),
      ]),
  );
}

function kindOf(name: string, aggregate: boolean, consistent: boolean): FunctionKind {
  if (aggregate || aggregatesInDisguise.has(name)) return 'aggregate';
  return consistent && !readsMore.test(name) ? 'scalar' : 'forbidden';
}
