// A client that openapi-generator made with `go`, in use: prints the codes of a refusal and of an upload.
package main

import (
	"context"
	"fmt"
	"os"

	airudder "example.test/fake/airudder"
)

func main() {
	settings := airudder.NewConfiguration()
	settings.Servers = airudder.ServerConfigurations{{URL: os.Args[1]}}
	client := airudder.NewAPIClient(settings)
	stranger := context.Background()
	credentials := *airudder.NewFetchToken("fake-app-key", "fake-app-secret")
	answer, _, err := client.AuthAPI.AuthToken(stranger).FetchToken(credentials).Execute()
	must(err)
	workflow := *airudder.NewCreateInstance(7, "july", "2099-12-01 18:00:00+08:00")
	_, refused, _ := client.WorkflowAPI.WorkflowCreateInstance(stranger).CreateInstance(workflow).Execute()
	token := answer.Data.Get().GetToken()
	keys := map[string]airudder.APIKey{"token": {Key: token, Prefix: "Token"}}
	known := context.WithValue(stranger, airudder.ContextAPIKeys, keys)
	created, _, err := client.WorkflowAPI.WorkflowCreateInstance(known).CreateInstance(workflow).Execute()
	must(err)
	contact := *airudder.NewDetail("+6200012345678", "fake", map[string]string{"name": "Ana"})
	upload := *airudder.NewUploadDetails(created.Data.Get().GetWorkflowId(), []airudder.Detail{contact})
	sent, _, err := client.WorkflowAPI.WorkflowUploadDetails(known).UploadDetails(upload).Execute()
	must(err)
	fmt.Println(refused.StatusCode, sent.GetCode())
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
