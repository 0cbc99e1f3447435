"""A session of boto3 against the endpoint that AWS_ENDPOINT_URL names. The settings are the environment's: see docs/guides/clients.md."""

import io
import json
import os
import urllib.request
import zipfile
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError

from cases import case, run, until

PREFIX = "boto3"
sqs = boto3.client("sqs")
sns = boto3.client("sns")
dynamodb = boto3.client("dynamodb")
events = boto3.client("events")
functions = boto3.client("lambda")
logs = boto3.client("logs")
cloudwatch = boto3.client("cloudwatch")
# Path-style addresses: a bucket is part of the path, and no name in front of the host.
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))

HANDLER = """
exports.handler = async (event) => {
  console.log('boto3 asked for', JSON.stringify(event));
  if (event.fails) throw new TypeError('asked to fail');
  return { got: event, records: event.Records?.length ?? 0 };
};
"""


def refusal(call, **arguments):
    """Answers the code of the error that a call must end with."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("it was not refused")


def queue(name, **attributes):
    """Makes a queue; answers its URL and its ARN."""
    url = sqs.create_queue(QueueName=f"{PREFIX}-{name}", Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def received(url, **more):
    """Waits for one message and answers it."""

    def look():
        return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=2, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"], **more).get("Messages")

    return until(look)[0]


def allow(url, arn, service):
    """Lets a service put messages into a queue."""
    statement = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


@case("STS: who is asking")
def _():
    identity = boto3.client("sts").get_caller_identity()
    assert identity["Account"] == "000000000000" and identity["Arn"].endswith(":root"), identity


@case("SQS: send, receive with attributes and checksums, delete")
def _():
    url, _arn = queue("standard")
    sent = sqs.send_message(QueueUrl=url, MessageBody="naïve ☕", MessageAttributes={"n": {"DataType": "Number", "StringValue": "7"}, "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"}})
    message = received(url)
    assert message["MessageId"] == sent["MessageId"] and message["Body"] == "naïve ☕"
    assert message["MessageAttributes"]["b"]["BinaryValue"] == b"\x00\x01"
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0"), counts


@case("SQS: a batch, with an entry that fails")
def _():
    url, _arn = queue("batch")
    answer = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "good", "MessageBody": "1"}, {"Id": "bad", "MessageBody": "2", "DelaySeconds": 901}])
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(entry["Id"], entry["SenderFault"]) for entry in answer["Failed"]] == [("bad", True)], answer


@case("SQS: FIFO keeps the order of a group and drops repetitions")
def _():
    url, _arn = queue("ordered.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in ["1", "2", "2", "3"]:
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in messages] == ["1", "2", "3"]


@case("SQS: a message that is not deleted goes to the dead-letter queue, and back by a redrive")
def _():
    dead, dead_arn = queue("dead-letters")
    url, _arn = queue("source", VisibilityTimeout="0", RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}))
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    for _attempt in range(3):
        sqs.receive_message(QueueUrl=url)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    until(lambda: sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]["ApproximateNumberOfMessages"] == "1")
    sqs.start_message_move_task(SourceArn=dead_arn)
    assert received(url)["Body"] == "poison"


@case("SQS: an unknown queue is told by its own error class")
def _():
    try:
        sqs.get_queue_url(QueueName="boto3-nowhere")
        raise AssertionError("it was not refused")
    except sqs.exceptions.QueueDoesNotExist as error:
        assert error.response["Error"]["Code"] == "AWS.SimpleQueueService.NonExistentQueue", error.response


@case("SNS: topic, filtered subscription, publish, batch")
def _():
    url, arn = queue("subscriber")
    allow(url, arn, "sns")
    topic = sns.create_topic(Name="boto3-topic")["TopicArn"]
    policy = json.dumps({"kind": ["wanted"]})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": policy, "RawMessageDelivery": "true"})
    for kind in ["other", "wanted"]:
        sns.publish(TopicArn=topic, Message=kind, MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}})
    assert received(url)["Body"] == "wanted"
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "a", "Message": "1"}, {"Id": "b", "Message": "2"}])
    assert len(answer["Successful"]) == 2
    listed = [subscription["Endpoint"] for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic) for subscription in page["Subscriptions"]]
    assert listed == [arn]


@case("DynamoDB: table, waiter, put, get, query, conditional failure with the item")
def _():
    dynamodb.create_table(
        TableName="boto3-table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName="boto3-table", WaiterConfig={"Delay": 1})
    table = boto3.resource("dynamodb").Table("boto3-table")
    with table.batch_writer() as batch:
        for sk in range(60):
            batch.put_item(Item={"pk": "p", "sk": sk, "amount": Decimal("1.5"), "tags": {"a", "b"}, "raw": b"\x01", "even": sk % 2 == 0})
    item = table.get_item(Key={"pk": "p", "sk": 7})["Item"]
    assert item["amount"] == Decimal("1.5") and item["tags"] == {"a", "b"} and item["raw"].value == b"\x01", item
    page = table.query(KeyConditionExpression=Key("pk").eq("p") & Key("sk").between(10, 19), FilterExpression=Attr("even").eq(True), ScanIndexForward=False)
    assert [int(each["sk"]) for each in page["Items"]] == [18, 16, 14, 12, 10] and page["ScannedCount"] == 10
    try:
        dynamodb.put_item(TableName="boto3-table", Item={"pk": {"S": "p"}, "sk": {"N": "7"}}, ConditionExpression="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD")
        raise AssertionError("it was not refused")
    except dynamodb.exceptions.ConditionalCheckFailedException as error:
        assert error.response["Item"]["amount"] == {"N": "1.5"}


@case("DynamoDB: a transaction that is cancelled says why for each item")
def _():
    put = {"TableName": "boto3-table", "Item": {"pk": {"S": "t"}, "sk": {"N": "1"}}}
    dynamodb.transact_write_items(TransactItems=[{"Put": put}])
    try:
        dynamodb.transact_write_items(TransactItems=[{"Put": {**put, "Item": {"pk": {"S": "t"}, "sk": {"N": "2"}}}}, {"Put": {**put, "ConditionExpression": "attribute_not_exists(pk)"}}])
        raise AssertionError("it was not refused")
    except dynamodb.exceptions.TransactionCanceledException as error:
        assert [reason["Code"] for reason in error.response["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert "Item" not in dynamodb.get_item(TableName="boto3-table", Key={"pk": {"S": "t"}, "sk": {"N": "2"}})


@case("EventBridge: put-events through a rule into a queue, archived and replayed")
def _():
    url, arn = queue("rule-target")
    allow(url, arn, "events")
    bus = events.create_event_bus(Name="boto3-bus")["EventBusArn"]
    archive = events.create_archive(ArchiveName="boto3-archive", EventSourceArn=bus)["ArchiveArn"]
    rule = events.put_rule(Name="boto3-rule", EventBusName="boto3-bus", EventPattern=json.dumps({"source": ["boto3"], "detail": {"n": [{"numeric": [">", 1]}]}}))["RuleArn"]
    events.put_targets(Rule="boto3-rule", EventBusName="boto3-bus", Targets=[{"Id": "queue", "Arn": arn}])
    put = [{"EventBusName": "boto3-bus", "Source": "boto3", "DetailType": "Test", "Detail": json.dumps({"n": n})} for n in [1, 2]]
    assert events.put_events(Entries=[*put, {"EventBusName": "boto3-bus", "Source": "boto3", "DetailType": "Test", "Detail": "no JSON"}])["FailedEntryCount"] == 1
    event = received(url)
    body = json.loads(event["Body"])
    assert body["detail"] == {"n": 2} and body["source"] == "boto3", body
    sqs.delete_message(QueueUrl=url, ReceiptHandle=event["ReceiptHandle"])
    described = until(lambda: (found := events.describe_archive(ArchiveName="boto3-archive"))["EventCount"] > 1 and found, 60)
    since = described["CreationTime"]
    events.start_replay(ReplayName="boto3-replay", EventSourceArn=archive, EventStartTime=since.timestamp() - 60, EventEndTime=since.timestamp() + 60, Destination={"Arn": bus, "FilterArns": [rule]})
    assert json.loads(received(url)["Body"])["replay-name"] == "boto3-replay"
    until(lambda: events.describe_replay(ReplayName="boto3-replay")["State"] == "COMPLETED", 60)


@case("Lambda: create, invoke, a failure, a queue's mapping")
def _():
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    iam = boto3.client("iam")
    role = iam.create_role(RoleName="boto3-role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    grants = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:*", "logs:*"], "Resource": "*"}]}
    iam.put_role_policy(RoleName="boto3-role", PolicyName="grants", PolicyDocument=json.dumps(grants))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("index.js", HANDLER)
    functions.create_function(FunctionName="boto3-function", Runtime="nodejs22.x", Role=role, Handler="index.handler", Code={"ZipFile": archive.getvalue()}, Timeout=10)
    functions.get_waiter("function_active_v2").wait(FunctionName="boto3-function")
    answer = functions.invoke(FunctionName="boto3-function", Payload=json.dumps({"a": 1}), LogType="Tail")
    assert answer["StatusCode"] == 200 and json.load(answer["Payload"])["got"] == {"a": 1}
    assert answer["LogResult"]
    failed = functions.invoke(FunctionName="boto3-function", Payload=json.dumps({"fails": True}))
    assert failed["FunctionError"] == "Unhandled" and json.load(failed["Payload"])["errorType"] == "TypeError"
    url, arn = queue("mapped", VisibilityTimeout="60")
    mapping = functions.create_event_source_mapping(FunctionName="boto3-function", EventSourceArn=arn, BatchSize=5)
    sqs.send_message(QueueUrl=url, MessageBody="to the function")
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    until(lambda: set(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=counts)["Attributes"].values()) == {"0"})
    listed = functions.list_event_source_mappings(FunctionName="boto3-function")["EventSourceMappings"]
    assert [each["UUID"] for each in listed] == [mapping["UUID"]]
    names = [function["FunctionName"] for page in functions.get_paginator("list_functions").paginate() for function in page["Functions"]]
    assert "boto3-function" in names and len(names) > 10, names


@case("Logs: what the function printed, by a filter")
def _():
    def look():
        return logs.filter_log_events(logGroupName="/aws/lambda/boto3-function", filterPattern='"to the function"')["events"]

    assert "boto3 asked for" in until(look)[0]["message"]
    assert refusal(logs.get_log_events, logGroupName="/boto3/nowhere", logStreamName="x") == "ResourceNotFoundException"


@case("CloudWatch: metrics, an alarm and its state")
def _():
    cloudwatch.put_metric_data(Namespace="boto3", MetricData=[{"MetricName": "n", "Value": value} for value in (1, 2, 3)])
    cloudwatch.put_metric_alarm(
        AlarmName="boto3-alarm", Namespace="boto3", MetricName="n", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=100, ComparisonOperator="GreaterThanThreshold"
    )
    cloudwatch.set_alarm_state(AlarmName="boto3-alarm", StateValue="ALARM", StateReason="for the test")
    history = cloudwatch.describe_alarm_history(AlarmName="boto3-alarm", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    # The alarm's own evaluation may have taken it back since.
    assert any("to ALARM" in item["HistorySummary"] for item in history), history
    ours = [alarm["AlarmName"] for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix="tickertape-") for alarm in page["MetricAlarms"]]
    assert "tickertape-payments-dead-letters" in ours, ours


@case("SSM: parameters by path")
def _():
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/tickertape", Recursive=True)
    names = [parameter["Name"] for page in pages for parameter in page["Parameters"]]
    assert "/tickertape/system" in names and "/tickertape/consumers/payments" in names, names


@case("S3: objects with checksums, a list, a presigned address")
def _():
    s3.create_bucket(Bucket="boto3-bucket")
    s3.put_object(Bucket="boto3-bucket", Key="a/ü x.txt", Body=b"claim", Metadata={"kind": "check"}, ChecksumAlgorithm="SHA256")
    got = s3.get_object(Bucket="boto3-bucket", Key="a/ü x.txt", ChecksumMode="ENABLED")
    assert got["Body"].read() == b"claim" and got["Metadata"] == {"kind": "check"}
    s3.upload_fileobj(io.BytesIO(b"x" * (9 * 1024 * 1024)), "boto3-bucket", "a/large")
    listed = s3.list_objects_v2(Bucket="boto3-bucket", Prefix="a/")["Contents"]
    assert [(each["Key"], each["Size"]) for each in listed] == [("a/large", 9437184), ("a/ü x.txt", 5)], listed
    address = s3.generate_presigned_url("get_object", Params={"Bucket": "boto3-bucket", "Key": "a/ü x.txt"})
    assert urllib.request.urlopen(address).read() == b"claim"
    assert refusal(s3.get_object, Bucket="boto3-bucket", Key="nothing") == "NoSuchKey"


@case("STS: an assumed role may do what it is granted, and no more")
def _():
    statement = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    role = boto3.client("iam").create_role(RoleName="boto3-assumed", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))["Role"]["Arn"]
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    limited = boto3.Session(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
    assert limited.client("sts").get_caller_identity()["Arn"].endswith(":assumed-role/boto3-assumed/session")
    assert refusal(limited.client("dynamodb").list_tables) == "AccessDeniedException"


@case("HTTP: an order placed at the system's API runs through the system")
def _():
    api = os.environ["TICKERTAPE_API"]
    body = {"customerId": "boto3", "email": "b@example.com", "lines": [{"sku": "CD", "quantity": 1}], "totalCents": 100, "currency": "USD", "cardToken": "tok_declined"}
    request = urllib.request.Request(f"{api}/orders", json.dumps(body).encode(), {"content-type": "application/json", "idempotency-key": "boto3"}, method="POST")
    order = json.load(urllib.request.urlopen(request))["orderId"]
    until(lambda: json.load(urllib.request.urlopen(f"{api}/orders/{order}"))["status"] == "CANCELLED", 60)


run()
