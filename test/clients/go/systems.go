package main

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// The system that runs on the plane, as an operator sees it.
func systems(settings aws.Config) {
	functions := lambda.NewFromConfig(settings)
	logs := cloudwatchlogs.NewFromConfig(settings)
	runCase("Lambda and Logs: list by pages, invoke, read what was printed", func() {
		name := ""
		pages := lambda.NewListFunctionsPaginator(functions, &lambda.ListFunctionsInput{MaxItems: aws.Int32(5)})
		for pages.HasMorePages() {
			for _, function := range must(pages.NextPage(ctx)).Functions {
				if strings.Contains(*function.FunctionName, "payments") && !strings.Contains(*function.FunctionName, "relay") {
					name = *function.FunctionName
				}
			}
		}
		mappings := must(functions.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: &name}))
		check(len(mappings.EventSourceMappings) == 1, "mappings of "+name, mappings.EventSourceMappings)
		answer := must(functions.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, Payload: []byte(`{"Records":[]}`)}))
		check(answer.StatusCode == 200 && answer.FunctionError == nil, "answer", string(answer.Payload))
		group := "/aws/lambda/" + name
		groups := must(logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{}))
		for _, each := range groups.LogGroups {
			if strings.Contains(*each.LogGroupName, name) {
				group = *each.LogGroupName
			}
		}
		until(func() bool {
			found, err := logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, FilterPattern: aws.String("REPORT")})
			return err == nil && len(found.Events) > 0
		})
	})
	runCase("CloudWatch: metrics and alarms, over Smithy's CBOR protocol where the SDK speaks it", func() {
		client := cloudwatch.NewFromConfig(settings)
		must(client.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String("go"), MetricData: []cwtypes.MetricDatum{{MetricName: aws.String("n"), Value: aws.Float64(1.5)}}}))
		must(client.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
			AlarmName: aws.String("go-alarm"), Namespace: aws.String("go"), MetricName: aws.String("n"), Statistic: cwtypes.StatisticSum,
			Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(100), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold,
		}))
		must(client.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("go-alarm"), StateValue: cwtypes.StateValueAlarm, StateReason: aws.String("for the test")}))
		alarms := must(client.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"go-alarm"}})).MetricAlarms
		check(len(alarms) == 1 && *alarms[0].Threshold == 100, "alarms", alarms)
	})
	runCase("SSM: parameters by path", func() {
		answer := must(ssm.NewFromConfig(settings).GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/tickertape/consumers")}))
		check(len(answer.Parameters) > 5, "parameters", len(answer.Parameters))
	})
	runCase("S3: an object with the SDK's own checksum, and a key that is not there", func() {
		client := s3.NewFromConfig(settings, func(options *s3.Options) { options.UsePathStyle = true })
		bucket, key := aws.String("go-bucket"), aws.String("a/ü x.txt")
		must(client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}))
		must(client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Body: bytes.NewReader([]byte("claim"))}))
		got := must(client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}))
		check(string(must(io.ReadAll(got.Body))) == "claim", "object")
		_, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("nothing")})
		var missing *s3types.NoSuchKey
		check(errors.As(err, &missing), "error", err)
	})
}
