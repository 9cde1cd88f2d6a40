import pl from 'nodejs-polars';
import type { PolarsFrame, PolarsTables } from '../contestants/polars.ts';

const { col, lit } = pl;

/** `l_extendedprice * (1 - l_discount)`. */
const revenue = () => col('l_extendedprice').mul(lit(1).sub(col('l_discount')));

/**
 * Sorts by several keys, least significant first by stable sorts: this client takes one direction for all keys at once.
 * The results are small by then.
 */
function sortBy(
  frame: PolarsFrame,
  ...keys: readonly { readonly name: string; readonly descending: boolean }[]
): PolarsFrame {
  return keys.toReversed().reduce((sorted, { name, descending }) => sorted.sort(name, descending, false, true), frame);
}

const ascending = (name: string) => ({ name, descending: false });
const descending = (name: string) => ({ name, descending: true });

/** The queries in the lazy API of nodejs-polars, by name; a query that is missing here is not measured with it. */
export const polarsQueries: Readonly<Record<string, (tables: PolarsTables) => PolarsFrame>> = {
  q1: ({ lineitem }) =>
    lineitem
      .filter(col('l_shipdate').ltEq(lit(new Date('1998-09-02'))))
      .groupBy(['l_returnflag', 'l_linestatus'])
      .agg(
        col('l_quantity').sum().alias('sum_qty'),
        col('l_extendedprice').sum().alias('sum_base_price'),
        revenue().sum().alias('sum_disc_price'),
        revenue()
          .mul(lit(1).add(col('l_tax')))
          .sum()
          .alias('sum_charge'),
        col('l_quantity').mean().alias('avg_qty'),
        col('l_extendedprice').mean().alias('avg_price'),
        col('l_discount').mean().alias('avg_disc'),
        col('l_orderkey').count().alias('count_order'),
      )
      .sort(['l_returnflag', 'l_linestatus']),

  q3: ({ customer, orders, lineitem }) =>
    sortBy(
      customer
        .filter(col('c_mktsegment').eq(lit('BUILDING')))
        .join(orders.filter(col('o_orderdate').lt(lit(new Date('1995-03-15')))), {
          leftOn: 'c_custkey',
          rightOn: 'o_custkey',
        })
        .join(lineitem.filter(col('l_shipdate').gt(lit(new Date('1995-03-15')))), {
          leftOn: 'o_orderkey',
          rightOn: 'l_orderkey',
        })
        .groupBy(['o_orderkey', 'o_orderdate', 'o_shippriority'])
        .agg(revenue().sum().alias('revenue'))
        .select(col('o_orderkey').alias('l_orderkey'), col('revenue'), col('o_orderdate'), col('o_shippriority')),
      descending('revenue'),
      ascending('o_orderdate'),
      ascending('l_orderkey'),
    ).limit(10),

  q5: ({ customer, orders, lineitem, supplier, nation, region }) =>
    region
      .filter(col('r_name').eq(lit('ASIA')))
      .join(nation, { leftOn: 'r_regionkey', rightOn: 'n_regionkey' })
      .join(customer, { leftOn: 'n_nationkey', rightOn: 'c_nationkey' })
      .join(
        orders.filter(
          col('o_orderdate')
            .gtEq(lit(new Date('1994-01-01')))
            .and(col('o_orderdate').lt(lit(new Date('1995-01-01')))),
        ),
        { leftOn: 'c_custkey', rightOn: 'o_custkey' },
      )
      .join(lineitem, { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
      .join(supplier, { leftOn: ['l_suppkey', 'n_nationkey'], rightOn: ['s_suppkey', 's_nationkey'] })
      .groupBy('n_name')
      .agg(revenue().sum().alias('revenue'))
      .sort('revenue', true),

  q6: ({ lineitem }) =>
    lineitem
      .filter(
        col('l_shipdate')
          .gtEq(lit(new Date('1994-01-01')))
          .and(col('l_shipdate').lt(lit(new Date('1995-01-01'))))
          .and(col('l_discount').gtEq(lit(0.05)))
          .and(col('l_discount').ltEq(lit(0.07)))
          .and(col('l_quantity').lt(lit(24))),
      )
      .select(col('l_extendedprice').mul(col('l_discount')).sum().alias('revenue')),

  q9: ({ part, lineitem, partsupp, supplier, orders, nation }) =>
    sortBy(
      part
        .filter(col('p_name').str.contains('green'))
        .join(lineitem, { leftOn: 'p_partkey', rightOn: 'l_partkey' })
        .join(partsupp, { leftOn: ['p_partkey', 'l_suppkey'], rightOn: ['ps_partkey', 'ps_suppkey'] })
        .join(supplier, { leftOn: 'l_suppkey', rightOn: 's_suppkey' })
        .join(orders, { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
        .join(nation, { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
        .select(
          col('n_name').alias('nation'),
          col('o_orderdate').date.year().alias('o_year'),
          revenue()
            .sub(col('ps_supplycost').mul(col('l_quantity')))
            .alias('profit'),
        )
        .groupBy(['nation', 'o_year'])
        .agg(col('profit').sum().alias('sum_profit')),
      ascending('nation'),
      descending('o_year'),
    ),

  q13: ({ customer, orders }) =>
    sortBy(
      customer
        .join(orders.filter(col('o_comment').str.contains('special.*requests').not()), {
          leftOn: 'c_custkey',
          rightOn: 'o_custkey',
          how: 'left',
        })
        .groupBy('c_custkey')
        .agg(col('o_orderkey').count().alias('c_count'))
        .groupBy('c_count')
        .agg(col('c_custkey').count().alias('custdist')),
      descending('custdist'),
      descending('c_count'),
    ),

  q18: ({ customer, orders, lineitem }) => {
    const large = lineitem
      .groupBy('l_orderkey')
      .agg(col('l_quantity').sum().alias('pieces'))
      .filter(col('pieces').gt(lit(300)));
    return sortBy(
      orders
        .join(large, { leftOn: 'o_orderkey', rightOn: 'l_orderkey', how: 'semi' })
        .join(lineitem, { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
        .join(customer, { leftOn: 'o_custkey', rightOn: 'c_custkey' })
        .groupBy(['c_name', 'o_custkey', 'o_orderkey', 'o_orderdate', 'o_totalprice'])
        .agg(col('l_quantity').sum().alias('sum_quantity'))
        .withColumn(col('o_custkey').alias('c_custkey')),
      descending('o_totalprice'),
      ascending('o_orderdate'),
      ascending('o_orderkey'),
    ).limit(100);
  },

  // Without joins on inequality: an order has several suppliers, of whom exactly one is late.
  q21: ({ supplier, lineitem, orders, nation }) => {
    const late = lineitem.filter(col('l_receiptdate').gt(col('l_commitdate')));
    const severalSuppliers = lineitem
      .groupBy('l_orderkey')
      .agg(col('l_suppkey').nUnique().alias('suppliers'))
      .filter(col('suppliers').gt(lit(1)));
    const oneLate = late
      .groupBy('l_orderkey')
      .agg(col('l_suppkey').nUnique().alias('late_suppliers'))
      .filter(col('late_suppliers').eq(lit(1)));
    return sortBy(
      late
        .join(severalSuppliers, { on: 'l_orderkey', how: 'semi' })
        .join(oneLate, { on: 'l_orderkey', how: 'semi' })
        .join(supplier, { leftOn: 'l_suppkey', rightOn: 's_suppkey' })
        .join(nation.filter(col('n_name').eq(lit('SAUDI ARABIA'))), { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
        .join(orders.filter(col('o_orderstatus').eq(lit('F'))), { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
        .groupBy('s_name')
        .agg(col('l_orderkey').count().alias('numwait')),
      descending('numwait'),
      ascending('s_name'),
    ).limit(100);
  },
};
