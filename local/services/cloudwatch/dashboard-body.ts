/** Where a body is wrong, and how. */
export interface BodyFault {
  readonly DataPath: string;
  readonly Message: string;
}

const WIDGETS_MAX = 500;
const GRID_COLUMNS = 24;
const HEIGHT_MAX = 1000;
const COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
const VIEWS = ['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table'];
const LOG_VIEWS = [...VIEWS, 'stackedarea'];

type Json = Readonly<Record<string, unknown>>;
type Check = (value: unknown, path: string) => BodyFault[];

const fault = (DataPath: string, Message: string): BodyFault[] => [{ DataPath, Message }];
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Check = (value, path) => (typeof value === 'string' ? [] : fault(path, 'Should be string'));
const flag: Check = (value, path) => (typeof value === 'boolean' ? [] : fault(path, 'Should be boolean'));
const oneOf =
  (allowed: readonly string[]): Check =>
  (value, path) =>
    allowed.includes(value as string) ? [] : fault(path, `Should be equal to one of the allowed values: ${allowed.join(', ')}`);
const whole =
  (min: number, max: number): Check =>
  (value, path) => {
    if (!Number.isInteger(value)) return fault(path, 'Should be integer');
    if ((value as number) < min) return fault(path, `Should be >= ${min}`);
    return (value as number) > max ? fault(path, `Should be <= ${max}`) : [];
  };
const listOf =
  (item: Check, { min = 0 } = {}): Check =>
  (value, path) => {
    if (!Array.isArray(value)) return fault(path, 'Should be array');
    if (value.length < min) return fault(path, `Should NOT have less than ${min} items`);
    return value.flatMap((each, index) => item(each, `${path}/${index}`));
  };
const members =
  (checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
  (value, path) => {
    if (!isObject(value)) return fault(path, 'Should be object');
    const absent = required.filter((name) => value[name] === undefined).flatMap((name) => fault(path, `Should have required property '${name}'`));
    return [...absent, ...Object.entries(checks).flatMap(([name, check]) => (value[name] === undefined ? [] : check(value[name], `${path}/${name}`)))];
  };

const color: Check = (value, path) => (typeof value === 'string' && COLOR.test(value) ? [] : fault(path, `Should match pattern "${COLOR.source}"`));

const metricOptions = members({
  color,
  label: text,
  period: whole(1, Number.MAX_SAFE_INTEGER),
  stat: text,
  visible: flag,
  id: text,
  expression: text,
  region: text,
  accountId: text,
  yAxis: oneOf(['left', 'right']),
});

/** `["AWS/SQS", "Metric", "Name", "Value", …, {options}]`, with `.` and `...` for what the row above has, or `[{expression}]`. */
const metricRow: Check = (value, path) => {
  if (!Array.isArray(value) || value.length === 0) return fault(path, 'Should be array with at least 1 items');
  return value.flatMap((each, index) => {
    if (isObject(each) && index === value.length - 1) return metricOptions(each, `${path}/${index}`);
    return typeof each === 'string' ? [] : fault(`${path}/${index}`, 'Should be string');
  });
};

const metric: Check = (value, path) => {
  const faults = members(
    {
      metrics: listOf(metricRow),
      annotations: members({ alarms: listOf(text), horizontal: listOf(members({ color, label: text })), vertical: listOf(members({ color, label: text })) }),
      view: oneOf(VIEWS),
      stacked: flag,
      sparkline: flag,
      period: whole(1, Number.MAX_SAFE_INTEGER),
      stat: text,
      title: text,
      region: text,
      liveData: flag,
    },
    ['region'],
  )(value, path);
  const hasContent = isObject(value) && (value['metrics'] !== undefined || (value['annotations'] as Json | undefined)?.['alarms'] !== undefined);
  return hasContent || !isObject(value) ? faults : [...faults, ...fault(path, "Should have required property 'metrics'")];
};

/** What each type of widget has in its properties. */
const PROPERTIES: Readonly<Record<string, Check>> = {
  metric,
  text: members({ markdown: text, background: oneOf(['solid', 'transparent']) }, ['markdown']),
  log: members({ query: text, region: text, title: text, view: oneOf(LOG_VIEWS) }, ['query', 'region']),
  alarm: members({ alarms: listOf(text, { min: 1 }), title: text, sortBy: oneOf(['default', 'stateUpdatedTimestamp', 'timestamp']), states: listOf(text) }, [
    'alarms',
  ]),
  custom: members({ endpoint: text, updateOn: members({ refresh: flag, resize: flag, timeRange: flag }), title: text }, ['endpoint']),
  explorer: members(
    { metrics: listOf(members({})), labels: listOf(members({ key: text, value: text })), period: whole(1, Number.MAX_SAFE_INTEGER), title: text },
    ['metrics', 'labels'],
  ),
};

const PLACE: Readonly<Record<string, Check>> = {
  x: whole(0, GRID_COLUMNS - 1),
  y: whole(0, Number.MAX_SAFE_INTEGER),
  width: whole(1, GRID_COLUMNS),
  height: whole(1, HEIGHT_MAX),
  type: oneOf(Object.keys(PROPERTIES)),
};

const widget: Check = (value, path) => {
  const faults = members(PLACE, ['type', 'properties'])(value, path);
  const properties = isObject(value) ? PROPERTIES[value['type'] as string] : undefined;
  if (!properties || !isObject(value) || value['properties'] === undefined) return faults;
  return [...faults, ...properties(value['properties'], `${path}/properties`)];
};

/**
 * All that is wrong with the body of a dashboard.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function faultsOf(body: string): BodyFault[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return fault('/', 'The field DashboardBody must be a valid JSON object');
  }
  if (!isObject(parsed)) return fault('/', 'Should be object');
  const { widgets } = parsed;
  if (widgets === undefined) return fault('/', "Should have required property 'widgets'");
  if (!Array.isArray(widgets) || widgets.length > WIDGETS_MAX) return fault('/widgets', `Should be array of at most ${WIDGETS_MAX}`);
  const settings = members({ start: text, end: text, periodOverride: oneOf(['auto', 'inherit']) })(parsed, '');
  return [...settings, ...listOf(widget)(widgets, '/widgets')];
}
