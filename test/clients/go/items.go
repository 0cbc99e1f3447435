package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func number(value int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: fmt.Sprint(value)}
}

func items(settings aws.Config) {
	client := dynamodb.NewFromConfig(settings)
	table := aws.String("go-table")
	isNew := aws.String("attribute_not_exists(pk)")
	runCase("DynamoDB: put, get, query by pages; the SDK checks the checksum", func() {
		must(client.CreateTable(ctx, &dynamodb.CreateTableInput{
			TableName: table, BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}, {AttributeName: aws.String("sk"), AttributeType: "N"}},
			KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}, {AttributeName: aws.String("sk"), KeyType: "RANGE"}},
		}))
		waiter := dynamodb.NewTableExistsWaiter(client)
		check(waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: table}, 30*time.Second) == nil, "the table is not there")
		for sk := range 5 {
			must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item{"pk": text("p"), "sk": number(sk)}}))
		}
		got := must(client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: item{"pk": text("p"), "sk": number(3)}}))
		check(got.Item["sk"].(*types.AttributeValueMemberN).Value == "3", "item", got.Item)
		pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
			TableName: table, KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": text("p")}, Limit: aws.Int32(2),
		})
		found := 0
		for pages.HasMorePages() {
			found += len(must(pages.NextPage(ctx)).Items)
		}
		check(found == 5, "found", found)
	})
	runCase("DynamoDB: a condition that fails is told by its own error type", func() {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: item{"pk": text("p"), "sk": number(1)}, ConditionExpression: isNew})
		var failed *types.ConditionalCheckFailedException
		check(errors.As(err, &failed), "error", err)
	})
	runCase("DynamoDB: a transaction that is cancelled says why for each item", func() {
		put := func(sk int) types.TransactWriteItem {
			return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: item{"pk": text("p"), "sk": number(sk)}, ConditionExpression: isNew}}
		}
		_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{put(10), put(1)}})
		var cancelled *types.TransactionCanceledException
		check(errors.As(err, &cancelled) && aws.ToString(cancelled.CancellationReasons[1].Code) == "ConditionalCheckFailed", "error", err)
	})
}
