import type { TableSizes } from './scale.ts';
import {
  colours,
  containers,
  instructions,
  modes,
  nations,
  priorities,
  regions,
  segments,
  types,
} from './vocabulary.ts';

/** The eight tables, each after those it refers to. */
export const tableNames = [
  'region',
  'nation',
  'supplier',
  'part',
  'partsupp',
  'customer',
  'orders',
  'lineitem',
] as const;

/** Name of one of the eight tables. */
export type TableName = (typeof tableNames)[number];

/**
 * Returns, for each table, the SELECT over the macros that yields its rows in key order.
 *
 * @see TPC-H specification 3.0.1, §1.4 (columns and types) and §4.2.3 (how each is filled)
 */
export function tableQueries(sizes: TableSizes): Record<TableName, string> {
  return {
    region: `
      SELECT n::INTEGER AS r_regionkey, ${list(regions)}[n + 1] AS r_name, comment(n, 1, 31, 115) AS r_comment
      FROM range(${regions.length}) AS t(n)`,

    nation: `
      SELECT
        n::INTEGER AS n_nationkey,
        ${list(nations.map(([name]) => name))}[n + 1] AS n_name,
        [${nations.map(([, regionKey]) => regionKey).join(', ')}][n + 1]::INTEGER AS n_regionkey,
        comment(n, 5, 31, 114) AS n_comment
      FROM range(${nations.length}) AS t(n)`,

    supplier: `
      SELECT
        n AS s_suppkey,
        printf('Supplier#%09d', n) AS s_name,
        address(n, 10) AS s_address,
        nation::INTEGER AS s_nationkey,
        phone(n, 12, nation) AS s_phone,
        money(between_draw(n, 15, -99999, 999999)) AS s_acctbal,
        CASE
          WHEN has_complaints(n) THEN left(text, 9) || 'Customer ' || substr(text, 10, 9) || 'Complaints'
          WHEN is_recommended(n) THEN left(text, 9) || 'Customer ' || substr(text, 10, 9) || 'Recommends'
          ELSE text
        END AS s_comment
      FROM (
        SELECT n, between_draw(n, 16, 0, 24) AS nation, comment(n, 17, 25, 100) AS text
        FROM range(1, ${sizes.suppliers + 1}) AS t(n)
      )`,

    part: `
      SELECT
        n AS p_partkey,
        ${partName()} AS p_name,
        'Manufacturer#' || maker AS p_mfgr,
        'Brand#' || maker || between_draw(n, 26, 1, 5) AS p_brand,
        concat_ws(' ', ${types.map((syllables, i) => `pick(n, ${27 + i}, ${list(syllables)})`).join(', ')}) AS p_type,
        between_draw(n, 30, 1, 50)::INTEGER AS p_size,
        concat_ws(' ', ${containers.map((syllables, i) => `pick(n, ${31 + i}, ${list(syllables)})`).join(', ')})
          AS p_container,
        money(retail_cents(n)) AS p_retailprice,
        comment(n, 33, 5, 22) AS p_comment
      FROM (SELECT n, between_draw(n, 25, 1, 5) AS maker FROM range(1, ${sizes.parts + 1}) AS t(n))`,

    partsupp: `
      SELECT
        n AS ps_partkey,
        supplier_of(n, nth) AS ps_suppkey,
        between_draw(n * 4 + nth, 40, 1, 9999) AS ps_availqty,
        money(between_draw(n * 4 + nth, 41, 100, 100000)) AS ps_supplycost,
        comment(n * 4 + nth, 42, 49, 198) AS ps_comment
      FROM (SELECT n, unnest(range(4)) AS nth FROM range(1, ${sizes.parts + 1}) AS t(n))`,

    customer: `
      SELECT
        n AS c_custkey,
        printf('Customer#%09d', n) AS c_name,
        address(n, 50) AS c_address,
        nation::INTEGER AS c_nationkey,
        phone(n, 52, nation) AS c_phone,
        money(between_draw(n, 55, -99999, 999999)) AS c_acctbal,
        pick(n, 56, ${list(segments)}) AS c_mktsegment,
        comment(n, 57, 29, 116) AS c_comment
      FROM (SELECT n, between_draw(n, 49, 0, 24) AS nation FROM range(1, ${sizes.customers + 1}) AS t(n))`,

    orders: `
      SELECT
        order_key(n) AS o_orderkey,
        order_customer(n) AS o_custkey,
        CASE shipped WHEN lines THEN 'F' WHEN 0 THEN 'O' ELSE 'P' END AS o_orderstatus,
        money(charge_cents) AS o_totalprice,
        order_date(n) AS o_orderdate,
        pick(n, 63, ${list(priorities)}) AS o_orderpriority,
        printf('Clerk#%09d', between_draw(n, 64, 1, ${sizes.clerks})) AS o_clerk,
        0::INTEGER AS o_shippriority,
        comment(n, 65, 19, 78) AS o_comment
      FROM (
        SELECT
          n,
          line_count(n) AS lines,
          list_sum([is_shipped(n, line_id(n, line))::INTEGER FOR line IN range(1, line_count(n) + 1)]) AS shipped,
          list_sum([line_charge_cents(n, line_id(n, line)) FOR line IN range(1, line_count(n) + 1)]) AS charge_cents
        FROM range(1, ${sizes.orders + 1}) AS t(n)
      )`,

    lineitem: `
      SELECT
        order_key(n) AS l_orderkey,
        line_part(id) AS l_partkey,
        supplier_of(line_part(id), between_draw(id, 75, 0, 3)) AS l_suppkey,
        line AS l_linenumber,
        line_quantity(n, id)::DECIMAL(15, 2) AS l_quantity,
        money(line_price_cents(n, id)) AS l_extendedprice,
        money(line_discount(id)) AS l_discount,
        money(line_tax(id)) AS l_tax,
        CASE
          WHEN received > DATE '1995-06-17' THEN 'N'
          WHEN draw(id, 76) % 2 = 0 THEN 'R'
          ELSE 'A'
        END AS l_returnflag,
        CASE WHEN is_shipped(n, id) THEN 'F' ELSE 'O' END AS l_linestatus,
        line_ship_date(n, id) AS l_shipdate,
        order_date(n) + between_draw(id, 77, 30, 90)::INTEGER AS l_commitdate,
        received AS l_receiptdate,
        pick(id, 78, ${list(instructions)}) AS l_shipinstruct,
        pick(id, 79, ${list(modes)}) AS l_shipmode,
        comment(id, 80, 10, 43) AS l_comment
      FROM (
        SELECT *, line_ship_date(n, id) + between_draw(id, 83, 1, 30)::INTEGER AS received
        FROM (
          SELECT *, line_id(n, line) AS id
          FROM (SELECT n, unnest(range(1, line_count(n) + 1)) AS line FROM range(1, ${sizes.orders + 1}) AS t(n))
        )
      )`,
  };
}

/** Five different colours: each lies 1 to 22 places behind the one before, which never comes round to the first. */
function partName(): string {
  const places = ['between_draw(n, 20, 0, 91)'];
  for (let salt = 21; salt <= 24; salt++) places.push(`${places.at(-1)} + between_draw(n, ${salt}, 1, 22)`);
  return `concat_ws(' ', ${places.map((place) => `${list(colours)}[(${place}) % 92 + 1]`).join(', ')})`;
}

/** A SQL list of strings; none of the vocabulary has a quote in it. */
function list(strings: readonly string[]): string {
  return `[${strings.map((text) => `'${text}'`).join(', ')}]`;
}
