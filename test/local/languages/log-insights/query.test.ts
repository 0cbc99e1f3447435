import { describe, expect, it } from 'vitest';
import { parseInsights } from '../../../../local/languages/log-insights/query.ts';
import { InsightsError } from '../../../../local/languages/log-insights/tokens.ts';

const START_MS = Date.UTC(2026, 0, 1);
const LINES = [
  'START RequestId: 1',
  '{"level":"INFO","user":{"name":"ann"},"ms":12,"tags":["a","b"]}',
  '{"level":"ERROR","user":{"name":"bob"},"ms":250}',
  '{"level":"ERROR","user":{"name":"ann"},"ms":100}',
  'user=carl, took 70 ms',
  'user=dora, took 30 ms',
];
const EVENTS = LINES.map((message, index) => ({
  timestampMs: START_MS + index * 60_000,
  ingestedMs: START_MS,
  message,
  logStream: index < 3 ? 's1' : 's2',
  log: '111111111111:g',
  pointer: String(index),
}));

/** Rows as objects, without their pointers. */
function rows(query: string, limit?: number): Record<string, string>[] {
  return parseInsights(query)(EVENTS, limit).rows.map((row) =>
    Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value])),
  );
}

describe('a query of Logs Insights', () => {
  it.each([
    ['fields @message | limit 1', [{ '@message': LINES[5] }]],
    [
      'fields @timestamp, level | filter level = "ERROR" | sort @timestamp asc',
      [
        { '@timestamp': '2026-01-01 00:02:00.000', level: 'ERROR' },
        { '@timestamp': '2026-01-01 00:03:00.000', level: 'ERROR' },
      ],
    ],
    ['fields user.name as who | filter ms > 50 and ms <= 250 | sort ms desc', [{ who: 'bob' }, { who: 'ann' }]],
    ['filter @message like /(?i)start/ | fields @message', [{ '@message': LINES[0] }]],
    [
      'filter @message like "took" | parse @message "user=*, took * ms" as who, took | display who, took | sort took asc',
      [
        { who: 'dora', took: '30' },
        { who: 'carl', took: '70' },
      ],
    ],
    ['filter @message not like /RequestId/ and not ispresent(level) | parse @message /user=(?<who>\\w+)/ | display who', [{ who: 'dora' }, { who: 'carl' }]],
    ['filter level in ["INFO", "WARN"] | fields ms', [{ ms: '12' }]],
    ['stats count(*) as n by level | sort n desc, level asc', [{ n: '3' }, { level: 'ERROR', n: '2' }, { level: 'INFO', n: '1' }]],
    [
      'filter ispresent(ms) | stats avg(ms), max(ms), min(ms), sum(ms) as total, pct(ms, 50), count_distinct(user.name) as users',
      [{ 'avg(ms)': String(362 / 3), 'max(ms)': '250', 'min(ms)': '12', total: '362', 'pct(ms, 50)': '100', users: '2' }],
    ],
    [
      'stats count(*) as n by bin(3m) | sort n desc',
      [
        { 'bin(3m)': '2026-01-01 00:03:00.000', n: '3' },
        { 'bin(3m)': '2026-01-01 00:00:00.000', n: '3' },
      ],
    ],
    [
      'filter ispresent(level) | dedup level | fields level, ms',
      [
        { level: 'ERROR', ms: '100' },
        { level: 'INFO', ms: '12' },
      ],
    ],
    ['filter ms / 10 + 1 > 20 | fields toupper(user.name) as who, tags.0', [{ who: 'BOB' }]],
    ['stats latest(ms) as last, earliest(ms) as first', [{ last: '100', first: '12' }]],
    ['filter ms > 1000 | stats count(*) as n', [{ n: '0' }]],
    ['fields @logStream # a comment\n | filter @logStream = "s1" | limit 1', [{ '@logStream': 's1' }]],
    ['filter strcontains(@message, "carl") | fields strlen(@message) as n', [{ n: '21' }]],
  ])('%s', (query, wanted) => {
    expect(rows(query)).toEqual(wanted);
  });

  it('shows time and message where it says nothing, the newest first', () => {
    expect(rows('', 2)).toEqual([
      { '@timestamp': '2026-01-01 00:05:00.000', '@message': LINES[5] },
      { '@timestamp': '2026-01-01 00:04:00.000', '@message': LINES[4] },
    ]);
  });

  it('says how many events matched', () => {
    expect(parseInsights('filter level = "ERROR" | stats count(*) by level')(EVENTS, undefined).matched).toBe(2);
  });

  it.each([
    'fields',
    'filter',
    'filter (a',
    'limit x',
    'sort',
    'parse @message "a*b*" as one',
    'filter a like b',
    'fields a b',
    'filter a = "x',
    'limit 0',
    'filter @message like /(/',
  ])('is not valid: %s', (query) => {
    expect(() => parseInsights(query)).toThrow(InsightsError);
  });

  it.each(['pattern @message', 'fields jsonParse(@message)', 'stats mode(ms)'])('is not there: %s', (query) => {
    expect(() => parseInsights(query)).toThrow(expect.objectContaining({ isUnsupported: true }));
  });
});
