import type { ShoalQuery } from '../contestants/shoal.ts';
import type { QueryName } from '../tpch/queries-sql.ts';
import { q1 } from './q1.ts';
import { q3 } from './q3.ts';
import { q5 } from './q5.ts';
import { q6 } from './q6.ts';
import { q9 } from './q9.ts';
import { q13 } from './q13.ts';
import { q18 } from './q18.ts';
import { q21 } from './q21.ts';
import type { Tables } from './tables.ts';

/** A query in the Dataset API: builds the dataset, reads nothing. */
export type QueryBuilder = (tables: Tables) => ShoalQuery;

/** The queries in the Dataset API, by the names of their SQL: all that are measured. */
export const shoalQueries: readonly (readonly [QueryName, QueryBuilder])[] = [
  ['q1', q1],
  ['q3', q3],
  ['q5', q5],
  ['q6', q6],
  ['q9', q9],
  ['q13', q13],
  ['q18', q18],
  ['q21', q21],
];
