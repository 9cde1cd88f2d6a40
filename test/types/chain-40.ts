import { avg, col, count, type Dataset, lag, lit, max, sum, when } from '../../src/index.ts';

interface Visit {
  id: number;
  user: string;
  page: string;
  at: Date;
  seconds: number | null;
  price: number;
}

interface Page {
  page: string;
  title: string;
  words: number;
}

/** Forty verbs in one chain, whose row type is known at every step: what `measure-chain.ts` compiles. */
export function fortyVerbs(visits: Dataset<Visit>, pages: Dataset<Page>): Dataset<{ title: string; last: number }> {
  return visits
    .filter(col('seconds').gt(1))
    .withColumns({ day: col('at').dt.date(), month: col('at').dt.month() })
    .withColumns({ minutes: col('seconds').div(60) })
    .dropNulls('minutes')
    .join(pages, { on: 'page' })
    .withColumns({ speed: col('words').div(col('minutes')) })
    .rename({ user: 'visitor' })
    .drop('id')
    .filter(col('speed').lt(1000).and(col('title').str.length().gt(3)))
    .withColumns({ kind: when(col('speed').gt(500), 'fast').when(col('speed').gt(200), 'usual').otherwise('slow') })
    .distinct('visitor', 'page', 'day')
    .sort('visitor', col('day').desc())
    .withColumns({ before: lag('minutes').over({ partitionBy: 'visitor', orderBy: 'day' }) })
    .fillNull(0, 'before')
    .withColumns({ change: col('minutes').sub(col('before')) })
    .filter(col('change').gt(-10))
    .select('visitor', 'page', 'title', 'day', 'month', 'minutes', 'speed', 'kind', 'price', 'change')
    .withColumns({ cost: col('price').mul(col('minutes')) })
    .withColumns({ share: col('cost').div(sum('cost').over({ partitionBy: 'month' })) })
    .filter(col('share').gt(0.001))
    .rename({ minutes: 'time', speed: 'pace' })
    .withColumns({ label: col('title').str.concat(' by ', col('visitor')) })
    .drop('share')
    .union(
      visits.select(
        { visitor: col('user') },
        'page',
        { title: lit('') },
        {
          day: col('at').dt.date(),
          month: lit(1),
          time: lit(0),
          pace: lit(0),
          kind: lit('slow'),
          price: col('price'),
          change: lit(0),
          cost: lit(0),
          label: lit(''),
        },
      ),
    )
    .filter(col('time').gt(0))
    .groupBy('page', 'title', 'month', 'kind')
    .agg({ visits: count(), time: sum('time'), cost: sum('cost'), longest: max('time'), pace: avg('pace') })
    .filter(col('visits').gt(1))
    .withColumns({ each: col('time').div(col('visits')) })
    .join(pages.select('page', { length: col('words') }), { on: 'page', how: 'left' })
    .withColumns({ rest: col('length').sub(col('each')) })
    .drop('pace')
    .sort(col('visits').desc(), 'title')
    .limit(1000)
    .offset(10)
    .groupBy('title', 'month')
    .agg({ visits: sum('visits'), rest: max('rest'), longest: max('longest') })
    .withColumns({ last: col('longest').add(col('rest')).round(1) })
    .rename({ visits: 'views' })
    .filter(col('views').gt(2))
    .pivot({ index: 'title', on: 'month', values: [11, 12], agg: { last: max('last'), views: sum('views') } })
    .fillNull(0)
    .select('title', { last: col('12_last').cast('float64') })
    .head(100);
}
