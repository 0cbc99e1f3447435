import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Dashboard } from '../constructs/dashboard.ts';
import { DeadLetterIndex } from '../constructs/dead-letter-index.ts';
import { EventBus } from '../constructs/event-bus.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { SYSTEM } from '../constructs/naming.ts';
import { Stream } from '../constructs/stream.ts';

/** What all services stand on: the bus, the log, the way in, the dead-letter index, the dashboard. It knows no service. */
export class BackboneStack extends Stack {
  readonly bus: EventBus;
  /** The log of all events. */
  readonly stream: Stream;
  readonly api: HttpApi;

  constructor(scope: Construct, id: string) {
    super(scope, id, { description: 'Tickertape: bus, stream, HTTP API, dead-letter index, dashboard' });
    const deadLetterIndex = new DeadLetterIndex(this, 'DeadLetterIndex');
    this.bus = new EventBus(this, 'EventBus', { deadLetterIndex });
    this.stream = new Stream(this, 'Events', { deadLetterIndex });
    this.api = new HttpApi(this, 'HttpApi');
    new Dashboard(this, 'Dashboard');
    new CfnParameter(this, 'System', {
      name: `/${SYSTEM}/system`,
      type: 'String',
      description: 'Where operators find the system.',
      value: this.toJsonString({
        busName: this.bus.busName,
        busArn: this.bus.busArn,
        streamName: this.stream.streamName,
        streamArn: this.stream.streamArn,
        deadLetterIndexTableName: deadLetterIndex.table.tableName,
        bus: {
          name: this.bus.name,
          deadLetterQueueUrl: this.bus.deadLetters.queue.queueUrl,
          deadLetterQueueArn: this.bus.deadLetters.queue.queueArn,
          alarmName: this.bus.deadLetters.alarmName,
        },
        apiUrl: this.api.url,
      }),
    });
    new CfnOutput(this, 'ApiUrl', { value: this.api.url, description: 'Base URL of the HTTP API' });
  }
}
