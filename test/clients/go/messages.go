package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// queues makes and reads queues.
type queues struct{ client *sqs.Client }

// make answers the URL and the ARN of a new queue that topics and rules may send to.
func (q queues) make(name string, attributes map[string]string) (*string, string) {
	name = "go-" + name
	arn := "arn:aws:sqs:us-east-1:000000000000:" + name
	if attributes == nil {
		attributes = map[string]string{}
	}
	attributes["Policy"] = fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["sns.amazonaws.com","events.amazonaws.com"]},"Action":"sqs:SendMessage","Resource":%q}]}`, arn)
	made := must(q.client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: attributes}))
	return made.QueueUrl, arn
}

// received waits for a message.
func (q queues) received(url *string) types.Message {
	var found types.Message
	until(func() bool {
		answer := must(q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, WaitTimeSeconds: 2, MessageAttributeNames: []string{"All"}}))
		if len(answer.Messages) > 0 {
			found = answer.Messages[0]
		}
		return len(answer.Messages) > 0
	})
	return found
}

func messages(settings aws.Config) {
	client := sqs.NewFromConfig(settings)
	q := queues{client}
	runCase("SQS: send, receive and delete; the SDK checks the checksums", func() {
		url, _ := q.make("standard", nil)
		attributes := map[string]types.MessageAttributeValue{"raw": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1}}}
		must(client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("naïve ☕"), MessageAttributes: attributes}))
		message := q.received(url)
		check(*message.Body == "naïve ☕" && message.MessageAttributes["raw"].BinaryValue[1] == 1, "message", message)
		must(client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: message.ReceiptHandle}))
	})
	runCase("SQS: a FIFO batch, and the dead-letter queue", func() {
		_, dead := q.make("dead.fifo", map[string]string{"FifoQueue": "true"})
		url, _ := q.make("ordered.fifo", map[string]string{
			"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "0",
			"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":%q,"maxReceiveCount":"1"}`, dead),
		})
		var entries []types.SendMessageBatchRequestEntry
		for _, body := range []string{"1", "2", "2"} {
			entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(fmt.Sprint("e", len(entries))), MessageBody: aws.String(body), MessageGroupId: aws.String("g")})
		}
		must(client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: entries}))
		first := must(client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 10}))
		check(len(first.Messages) == 2 && *first.Messages[0].Body == "1", "first", first.Messages)
		must(client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url}))
		dlq := must(client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("go-dead.fifo")}))
		check(*q.received(dlq.QueueUrl).Body == "1", "dead letter")
	})
	runCase("SQS: an unknown queue is told by its own error type", func() {
		_, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("nowhere")})
		var missing *types.QueueDoesNotExist
		check(errors.As(err, &missing), "error", err)
	})
	runCase("SNS: topic, subscription, publish", func() {
		client := sns.NewFromConfig(settings)
		url, arn := q.make("subscriber", nil)
		topic := must(client.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("go-topic")})).TopicArn
		must(client.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic, Protocol: aws.String("sqs"), Endpoint: &arn, Attributes: map[string]string{"RawMessageDelivery": "true"}}))
		must(client.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: aws.String("hello <&>"), MessageAttributes: map[string]snstypes.MessageAttributeValue{
			"kind": {DataType: aws.String("String"), StringValue: aws.String("greeting")},
		}}))
		message := q.received(url)
		check(*message.Body == "hello <&>" && *message.MessageAttributes["kind"].StringValue == "greeting", "message", message)
	})
	runCase("EventBridge: put-events through a rule, archived and replayed", func() { replays(eventbridge.NewFromConfig(settings), q) })
}

func replays(client *eventbridge.Client, q queues) {
	url, arn := q.make("target", nil)
	name := aws.String("go-bus")
	bus := must(client.CreateEventBus(ctx, &eventbridge.CreateEventBusInput{Name: name})).EventBusArn
	archive := must(client.CreateArchive(ctx, &eventbridge.CreateArchiveInput{ArchiveName: aws.String("go-archive"), EventSourceArn: bus})).ArchiveArn
	rule := must(client.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String("go-rule"), EventBusName: name, EventPattern: aws.String(`{"source":["go"]}`)})).RuleArn
	must(client.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String("go-rule"), EventBusName: name, Targets: []eventtypes.Target{{Id: aws.String("queue"), Arn: &arn}}}))
	entry := eventtypes.PutEventsRequestEntry{EventBusName: name, Source: aws.String("go"), DetailType: aws.String("Test"), Detail: aws.String(`{"n":1}`)}
	put := must(client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []eventtypes.PutEventsRequestEntry{entry}}))
	check(put.FailedEntryCount == 0, "put", put)
	must(q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: q.received(url).ReceiptHandle}))
	until(func() bool {
		return must(client.DescribeArchive(ctx, &eventbridge.DescribeArchiveInput{ArchiveName: aws.String("go-archive")})).EventCount == 1
	})
	must(client.StartReplay(ctx, &eventbridge.StartReplayInput{
		ReplayName: aws.String("go-replay"), EventSourceArn: archive,
		EventStartTime: aws.Time(time.Now().Add(-time.Minute)), EventEndTime: aws.Time(time.Now()),
		Destination: &eventtypes.ReplayDestination{Arn: bus, FilterArns: []string{*rule}},
	}))
	var event struct {
		Replay string `json:"replay-name"`
	}
	err := json.Unmarshal([]byte(*q.received(url).Body), &event)
	check(err == nil && event.Replay == "go-replay", "replayed", event, err)
}
