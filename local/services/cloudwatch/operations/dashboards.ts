import type {
  DeleteDashboardsCommandInput,
  GetDashboardCommandInput,
  GetDashboardCommandOutput,
  ListDashboardsCommandInput,
  ListDashboardsCommandOutput,
  PutDashboardCommandInput,
  PutDashboardCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { refuseAllBut } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { dashboardInvalid, dashboardNotFound, invalidParameterValue } from '../errors.ts';
import type { CloudWatchState } from '../state.ts';
import { tagRecord } from './alarms.ts';

type CloudWatch = Context<CloudWatchState>;
type Output<T> = Omit<T, '$metadata'>;

const NAME = /^[A-Za-z0-9_-]{1,255}$/;
const WIDGETS_MAX = 500;

/** A body is a JSON object whose widgets, where it has any, are objects with a type. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
function checkBody(body: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw dashboardInvalid([{ DataPath: '/', Message: 'The field DashboardBody must be a valid JSON object' }]);
  }
  const widgets: unknown = typeof parsed === 'object' && parsed !== null ? (parsed as { widgets?: unknown }).widgets : undefined;
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw dashboardInvalid([{ DataPath: '/', Message: 'Should be object' }]);
  if (widgets === undefined) throw dashboardInvalid([{ DataPath: '/', Message: "Should have required property 'widgets'" }]);
  if (!Array.isArray(widgets) || widgets.length > WIDGETS_MAX)
    throw dashboardInvalid([{ DataPath: '/widgets', Message: `Should be array of at most ${WIDGETS_MAX}` }]);
  const faults = widgets.flatMap((widget: unknown, index) =>
    typeof (widget as { type?: unknown } | null)?.type === 'string' ? [] : [{ DataPath: `/widgets/${index}`, Message: "Should have required property 'type'" }],
  );
  if (faults.length > 0) throw dashboardInvalid(faults);
}

/**
 * Stores a dashboard.
 * Differs from AWS: a body is checked for JSON, a list of widgets and their types' presence; what stands in a widget is not checked, where AWS refuses unknown types and wrong properties.
 */
export function putDashboard(input: PutDashboardCommandInput, { kernel, state }: CloudWatch): Output<PutDashboardCommandOutput> {
  refuseAllBut(['DashboardName', 'DashboardBody', 'Tags'], input, { operation: 'PutDashboard', page: 'cloudwatch' });
  const { DashboardName: name = '', DashboardBody: body = '' } = input;
  if (!NAME.test(name)) {
    throw invalidParameterValue(
      'The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n',
    );
  }
  checkBody(body);
  const arn = `arn:${kernel.partition}:cloudwatch::${kernel.accountId}:dashboard/${name}`;
  const tags = state.dashboards.get(name)?.tags ?? tagRecord(input.Tags);
  state.dashboards.put(name, { name, arn, body, modifiedMs: kernel.nowMs(), tags });
  return { DashboardValidationMessages: [] };
}

export function getDashboard(input: GetDashboardCommandInput, { state }: CloudWatch): Output<GetDashboardCommandOutput> {
  const { DashboardName: name = '' } = input;
  const found = state.dashboards.get(name);
  if (!found) throw dashboardNotFound(name);
  return { DashboardArn: found.arn, DashboardBody: found.body, DashboardName: name };
}

export function listDashboards(input: ListDashboardsCommandInput, { state }: CloudWatch): Output<ListDashboardsCommandOutput> {
  refuseAllBut(['DashboardNamePrefix'], input, { operation: 'ListDashboards', page: 'cloudwatch' });
  const found = [...state.dashboards.values()].filter(({ name }) => name.startsWith(input.DashboardNamePrefix ?? ''));
  return {
    DashboardEntries: found
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, arn, body, modifiedMs }) => ({
        DashboardName: name,
        DashboardArn: arn,
        LastModified: new Date(modifiedMs),
        Size: Buffer.byteLength(body),
      })),
  };
}

export function deleteDashboards(input: DeleteDashboardsCommandInput, { state }: CloudWatch): Record<string, never> {
  const names = input.DashboardNames ?? [];
  const absent = names.find((name) => !state.dashboards.has(name));
  if (absent !== undefined) throw dashboardNotFound(absent);
  for (const name of names) state.dashboards.delete(name);
  return {};
}
