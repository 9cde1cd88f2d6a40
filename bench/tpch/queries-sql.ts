/**
 * The 22 TPC-H queries with the validation parameters, over views named by table.
 *
 * Written from what each query asks. Money stays DECIMAL throughout; averages, ratios and shares are DOUBLE.
 *
 * @see TPC-H specification 3.0.1, §2.4
 */
export const queriesSql = {
  /** Pricing summary: totals of all lines shipped up to a date, by return flag and status. */
  q1: `
    SELECT
      l_returnflag,
      l_linestatus,
      sum(l_quantity) AS sum_qty,
      sum(l_extendedprice) AS sum_base_price,
      sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
      sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge,
      avg(l_quantity) AS avg_qty,
      avg(l_extendedprice) AS avg_price,
      avg(l_discount) AS avg_disc,
      count(*) AS count_order
    FROM lineitem
    WHERE l_shipdate <= DATE '1998-09-02'
    GROUP BY l_returnflag, l_linestatus
    ORDER BY l_returnflag, l_linestatus`,

  /** Minimum-cost supplier: for each brass part of size 15, the European supplier who sells it cheapest. */
  q2: `
    WITH offers AS (
      SELECT *
      FROM partsupp
      JOIN supplier ON s_suppkey = ps_suppkey
      JOIN nation ON n_nationkey = s_nationkey
      JOIN region ON r_regionkey = n_regionkey
      WHERE r_name = 'EUROPE'
    ),
    cheapest AS (
      SELECT ps_partkey AS cheapest_partkey, min(ps_supplycost) AS cheapest_cost FROM offers GROUP BY ps_partkey
    )
    SELECT s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment
    FROM part
    JOIN offers ON ps_partkey = p_partkey
    JOIN cheapest ON cheapest_partkey = p_partkey AND cheapest_cost = ps_supplycost
    WHERE p_size = 15 AND p_type LIKE '%BRASS'
    ORDER BY s_acctbal DESC, n_name, s_name, p_partkey
    LIMIT 100`,

  /** Shipping priority: the ten unshipped orders worth most, in one market segment. */
  q3: `
    SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority
    FROM customer
    JOIN orders ON o_custkey = c_custkey
    JOIN lineitem ON l_orderkey = o_orderkey
    WHERE c_mktsegment = 'BUILDING' AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
    GROUP BY l_orderkey, o_orderdate, o_shippriority
    ORDER BY revenue DESC, o_orderdate, l_orderkey
    LIMIT 10`,

  /** Order priority checking: orders of a quarter with a late line, by priority. */
  q4: `
    SELECT o_orderpriority, count(*) AS order_count
    FROM orders
    WHERE o_orderdate >= DATE '1993-07-01' AND o_orderdate < DATE '1993-10-01'
      AND EXISTS (FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
    GROUP BY o_orderpriority
    ORDER BY o_orderpriority`,

  /** Local supplier volume: revenue in Asia where customer and supplier share a nation. */
  q5: `
    SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
    FROM customer
    JOIN orders ON o_custkey = c_custkey
    JOIN lineitem ON l_orderkey = o_orderkey
    JOIN supplier ON s_suppkey = l_suppkey AND s_nationkey = c_nationkey
    JOIN nation ON n_nationkey = s_nationkey
    JOIN region ON r_regionkey = n_regionkey
    WHERE r_name = 'ASIA' AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1995-01-01'
    GROUP BY n_name
    ORDER BY revenue DESC`,

  /** Forecasting revenue change: what dropping some small discounts would have brought in. */
  q6: `
    SELECT sum(l_extendedprice * l_discount) AS revenue
    FROM lineitem
    WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'
      AND l_discount BETWEEN 0.05 AND 0.07
      AND l_quantity < 24`,

  /** Volume shipping: trade between France and Germany by year. */
  q7: `
    SELECT
      supplier_nation.n_name AS supp_nation,
      customer_nation.n_name AS cust_nation,
      year(l_shipdate) AS l_year,
      sum(l_extendedprice * (1 - l_discount)) AS revenue
    FROM supplier
    JOIN lineitem ON l_suppkey = s_suppkey
    JOIN orders ON o_orderkey = l_orderkey
    JOIN customer ON c_custkey = o_custkey
    JOIN nation AS supplier_nation ON supplier_nation.n_nationkey = s_nationkey
    JOIN nation AS customer_nation ON customer_nation.n_nationkey = c_nationkey
    WHERE l_shipdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
      AND ((supplier_nation.n_name = 'FRANCE' AND customer_nation.n_name = 'GERMANY')
        OR (supplier_nation.n_name = 'GERMANY' AND customer_nation.n_name = 'FRANCE'))
    GROUP BY supp_nation, cust_nation, l_year
    ORDER BY supp_nation, cust_nation, l_year`,

  /** National market share: Brazil's share of one part type in America, by year. */
  q8: `
    SELECT
      year(o_orderdate) AS o_year,
      sum(CASE WHEN supplier_nation.n_name = 'BRAZIL' THEN l_extendedprice * (1 - l_discount) ELSE 0 END)
        / sum(l_extendedprice * (1 - l_discount)) AS mkt_share
    FROM part
    JOIN lineitem ON l_partkey = p_partkey
    JOIN supplier ON s_suppkey = l_suppkey
    JOIN orders ON o_orderkey = l_orderkey
    JOIN customer ON c_custkey = o_custkey
    JOIN nation AS customer_nation ON customer_nation.n_nationkey = c_nationkey
    JOIN region ON r_regionkey = customer_nation.n_regionkey
    JOIN nation AS supplier_nation ON supplier_nation.n_nationkey = s_nationkey
    WHERE r_name = 'AMERICA'
      AND o_orderdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
      AND p_type = 'ECONOMY ANODIZED STEEL'
    GROUP BY o_year
    ORDER BY o_year`,

  /** Product type profit: profit on green parts by nation and year. */
  q9: `
    SELECT
      n_name AS nation,
      year(o_orderdate) AS o_year,
      sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) AS sum_profit
    FROM part
    JOIN lineitem ON l_partkey = p_partkey
    JOIN partsupp ON ps_partkey = l_partkey AND ps_suppkey = l_suppkey
    JOIN supplier ON s_suppkey = l_suppkey
    JOIN orders ON o_orderkey = l_orderkey
    JOIN nation ON n_nationkey = s_nationkey
    WHERE p_name LIKE '%green%'
    GROUP BY n_name, o_year
    ORDER BY n_name, o_year DESC`,

  /** Returned items: the 20 customers who sent back most in a quarter. */
  q10: `
    SELECT
      c_custkey,
      c_name,
      sum(l_extendedprice * (1 - l_discount)) AS revenue,
      c_acctbal,
      n_name,
      c_address,
      c_phone,
      c_comment
    FROM customer
    JOIN orders ON o_custkey = c_custkey
    JOIN lineitem ON l_orderkey = o_orderkey
    JOIN nation ON n_nationkey = c_nationkey
    WHERE o_orderdate >= DATE '1993-10-01' AND o_orderdate < DATE '1994-01-01' AND l_returnflag = 'R'
    GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment
    ORDER BY revenue DESC, c_custkey
    LIMIT 20`,

  /** Important stock: parts that make up more than a ten-thousandth of the German stock's value. */
  q11: `
    WITH stock AS (
      SELECT ps_partkey, ps_supplycost * ps_availqty AS worth
      FROM partsupp
      JOIN supplier ON s_suppkey = ps_suppkey
      JOIN nation ON n_nationkey = s_nationkey
      WHERE n_name = 'GERMANY'
    )
    SELECT ps_partkey, sum(worth) AS value
    FROM stock
    GROUP BY ps_partkey
    HAVING sum(worth) > (SELECT sum(worth) * 0.0001 FROM stock)
    ORDER BY value DESC, ps_partkey`,

  /** Shipping modes: whether cheap modes delay urgent orders. */
  q12: `
    SELECT
      l_shipmode,
      sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) AS high_line_count,
      sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 0 ELSE 1 END) AS low_line_count
    FROM orders
    JOIN lineitem ON l_orderkey = o_orderkey
    WHERE l_shipmode IN ('MAIL', 'SHIP')
      AND l_commitdate < l_receiptdate
      AND l_shipdate < l_commitdate
      AND l_receiptdate >= DATE '1994-01-01' AND l_receiptdate < DATE '1995-01-01'
    GROUP BY l_shipmode
    ORDER BY l_shipmode`,

  /** Customer distribution: how many customers have how many orders, special requests left out. */
  q13: `
    WITH order_counts AS (
      SELECT c_custkey, count(o_orderkey) AS c_count
      FROM customer
      LEFT JOIN orders ON o_custkey = c_custkey AND o_comment NOT LIKE '%special%requests%'
      GROUP BY c_custkey
    )
    SELECT c_count, count(*) AS custdist
    FROM order_counts
    GROUP BY c_count
    ORDER BY custdist DESC, c_count DESC`,

  /** Promotion effect: percentage of a month's revenue from promotion parts. */
  q14: `
    SELECT
      100.00 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END)
        / sum(l_extendedprice * (1 - l_discount)) AS promo_revenue
    FROM lineitem
    JOIN part ON p_partkey = l_partkey
    WHERE l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1995-10-01'`,

  /** Top supplier: who brought in most in a quarter. */
  q15: `
    WITH revenue AS (
      SELECT l_suppkey AS supplier_no, sum(l_extendedprice * (1 - l_discount)) AS total_revenue
      FROM lineitem
      WHERE l_shipdate >= DATE '1996-01-01' AND l_shipdate < DATE '1996-04-01'
      GROUP BY supplier_no
    )
    SELECT s_suppkey, s_name, s_address, s_phone, total_revenue
    FROM supplier
    JOIN revenue ON supplier_no = s_suppkey
    WHERE total_revenue = (SELECT max(total_revenue) FROM revenue)
    ORDER BY s_suppkey`,

  /** Parts and suppliers: how many suppliers without complaints offer each kind of part. */
  q16: `
    SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) AS supplier_cnt
    FROM partsupp
    JOIN part ON p_partkey = ps_partkey
    WHERE p_brand <> 'Brand#45'
      AND p_type NOT LIKE 'MEDIUM POLISHED%'
      AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9)
      AND ps_suppkey NOT IN (SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%')
    GROUP BY p_brand, p_type, p_size
    ORDER BY supplier_cnt DESC, p_brand, p_type, p_size`,

  /** Small-quantity orders: yearly revenue lost without orders below a fifth of a part's average quantity. */
  q17: `
    WITH small AS (
      SELECT l_partkey AS small_partkey, 0.2 * avg(l_quantity) AS small_quantity FROM lineitem GROUP BY l_partkey
    )
    SELECT sum(l_extendedprice) / 7.0 AS avg_yearly
    FROM lineitem
    JOIN part ON p_partkey = l_partkey
    JOIN small ON small_partkey = p_partkey
    WHERE p_brand = 'Brand#23' AND p_container = 'MED BOX' AND l_quantity < small_quantity`,

  /** Large-volume customers: orders of more than 300 pieces. */
  q18: `
    SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) AS sum_quantity
    FROM customer
    JOIN orders ON o_custkey = c_custkey
    JOIN lineitem ON l_orderkey = o_orderkey
    WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300)
    GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice
    ORDER BY o_totalprice DESC, o_orderdate, o_orderkey
    LIMIT 100`,

  /** Discounted revenue: lines of three kinds, delivered by air and in person. */
  q19: `
    SELECT sum(l_extendedprice * (1 - l_discount)) AS revenue
    FROM lineitem
    JOIN part ON p_partkey = l_partkey
    WHERE l_shipmode IN ('AIR', 'AIR REG')
      AND l_shipinstruct = 'DELIVER IN PERSON'
      AND (
        (p_brand = 'Brand#12' AND p_container IN ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG')
          AND l_quantity BETWEEN 1 AND 11 AND p_size BETWEEN 1 AND 5)
        OR (p_brand = 'Brand#23' AND p_container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK')
          AND l_quantity BETWEEN 10 AND 20 AND p_size BETWEEN 1 AND 10)
        OR (p_brand = 'Brand#34' AND p_container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG')
          AND l_quantity BETWEEN 20 AND 30 AND p_size BETWEEN 1 AND 15)
      )`,

  /** Potential part promotion: Canadian suppliers with more than half a year's sales of a forest part in stock. */
  q20: `
    WITH shipped AS (
      SELECT l_partkey, l_suppkey, 0.5 * sum(l_quantity) AS half_quantity
      FROM lineitem
      WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'
      GROUP BY l_partkey, l_suppkey
    )
    SELECT s_name, s_address
    FROM supplier
    JOIN nation ON n_nationkey = s_nationkey
    WHERE n_name = 'CANADA'
      AND s_suppkey IN (
        SELECT ps_suppkey
        FROM partsupp
        JOIN shipped ON l_partkey = ps_partkey AND l_suppkey = ps_suppkey
        WHERE ps_availqty > half_quantity
          AND ps_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE 'forest%')
      )
    ORDER BY s_name`,

  /** Suppliers who kept orders waiting: Saudi suppliers who alone were late in a finished order of several. */
  q21: `
    SELECT s_name, count(*) AS numwait
    FROM supplier
    JOIN lineitem AS late ON late.l_suppkey = s_suppkey
    JOIN orders ON o_orderkey = late.l_orderkey
    JOIN nation ON n_nationkey = s_nationkey
    WHERE o_orderstatus = 'F'
      AND late.l_receiptdate > late.l_commitdate
      AND EXISTS (
        FROM lineitem AS other WHERE other.l_orderkey = late.l_orderkey AND other.l_suppkey <> late.l_suppkey
      )
      AND NOT EXISTS (
        FROM lineitem AS other
        WHERE other.l_orderkey = late.l_orderkey
          AND other.l_suppkey <> late.l_suppkey
          AND other.l_receiptdate > other.l_commitdate
      )
      AND n_name = 'SAUDI ARABIA'
    GROUP BY s_name
    ORDER BY numwait DESC, s_name
    LIMIT 100`,

  /** Global sales opportunity: well-off customers of seven countries who never ordered. */
  q22: `
    WITH candidates AS (
      SELECT left(c_phone, 2) AS cntrycode, c_custkey, c_acctbal
      FROM customer
      WHERE left(c_phone, 2) IN ('13', '31', '23', '29', '30', '18', '17')
    )
    SELECT cntrycode, count(*) AS numcust, sum(c_acctbal) AS totacctbal
    FROM candidates
    WHERE c_acctbal > (SELECT avg(c_acctbal) FROM candidates WHERE c_acctbal > 0.00)
      AND NOT EXISTS (FROM orders WHERE o_custkey = c_custkey)
    GROUP BY cntrycode
    ORDER BY cntrycode`,
} as const;

/** Name of one of the 22 queries. */
export type QueryName = keyof typeof queriesSql;
