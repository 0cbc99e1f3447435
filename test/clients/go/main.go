// Session of the AWS SDK for Go v2 against the endpoint that AWS_ENDPOINT_URL names. The settings are the environment's: see docs/guides/clients.md.
package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var ctx = context.Background()

func main() {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	runCase("STS: who is asking", func() {
		identity := must(sts.NewFromConfig(settings).GetCallerIdentity(ctx, nil))
		check(aws.ToString(identity.Arn) == "arn:aws:iam::000000000000:root", "identity", aws.ToString(identity.Arn))
	})
	messages(settings)
	items(settings)
	systems(settings)
	tell(line{End: true})
}
