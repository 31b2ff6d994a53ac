package views

import (
	"context"
	"regexp"
	"strings"

	"github.com/taskpilot/taskpilot/views/locale"
)

// saidWhy puts what is stored of a failed answer, in English, into the reader's
// language: as a whole, or else sentence by sentence. What nobody knows, as the
// words of an assistant of somebody's own, stays as it is.
func saidWhy(ctx context.Context, message string) string {
	if whole := locale.Known(ctx, message); whole != message || locale.Of(ctx).Code == "en" {
		return whole
	}
	if limit := saidLimit(ctx, message); limit != "" {
		return limit
	}
	sentences := strings.SplitAfter(message, ". ")
	for i, s := range sentences {
		bare := strings.TrimSuffix(s, " ")
		sentences[i] = saidSentence(ctx, bare) + s[len(bare):]
	}
	return strings.Join(sentences, "")
}

var (
	secondsLeft = regexp.MustCompile(`^Please try again in (\d+) seconds?\.$`)
	minutesLeft = regexp.MustCompile(`^Please try again in about (\d+) minutes\.$`)
	noModel     = regexp.MustCompile(`^There is no model “(.*)” here\.$`)
	chooseModel = regexp.MustCompile(`^Choose one of these, and send your message again: (.*)\.$`)
	noTool      = regexp.MustCompile(`^There is no tool “(.*)” here\.$`)
	checkThis   = regexp.MustCompile(`^Ask whoever runs this TaskPilot to check ([A-Z_]+)(?: and ([A-Z_]+))?\.$`)
)

// saidSentence translates a sentence that was made of a format, or is known.
func saidSentence(ctx context.Context, s string) string {
	if m := secondsLeft.FindStringSubmatch(s); m != nil {
		return locale.Tn(ctx, digits(m[1]), "Please try again in %d second.", "Please try again in %d seconds.")
	} else if m := minutesLeft.FindStringSubmatch(s); m != nil {
		return locale.Tn(ctx, digits(m[1]), "Please try again in about %d minute.", "Please try again in about %d minutes.")
	} else if m := noModel.FindStringSubmatch(s); m != nil {
		return locale.Tf(ctx, "There is no model “%s” here.", m[1])
	} else if m := chooseModel.FindStringSubmatch(s); m != nil {
		return locale.Tf(ctx, "Choose one of these, and send your message again: %s.", m[1])
	} else if m := noTool.FindStringSubmatch(s); m != nil {
		return locale.Tf(ctx, "There is no tool “%s” here.", m[1])
	} else if m := checkThis.FindStringSubmatch(s); m != nil {
		return locale.Tf(ctx, "Ask whoever runs this TaskPilot to check %s.", strings.TrimSuffix(m[1]+", "+m[2], ", "))
	}
	return locale.Known(ctx, s)
}

// saidSentences are what an assistant says of an answer that failed.
func saidSentences() []string {
	return []string{
		locale.Mark("I can't read this conversation at the moment."),
		locale.Mark("Please ask for something shorter, or go on in a new chat."),
		locale.Mark("Please ask for something shorter."),
		locale.Mark("Please go on in a new chat."),
		locale.Mark("Please put your question in other words."),
		locale.Mark("Please try again in a moment."),
		locale.Mark("Please try again later today."),
		locale.Mark("Please try again, perhaps with a smaller question."),
		locale.Mark("Please try again."),
		locale.Mark("Please try again; if it stays so, ask whoever runs this TaskPilot whether it is running."),
		locale.Mark("TaskPilot can't find the model server's address."),
		locale.Mark("TaskPilot can't reach the model server."),
		locale.Mark("TaskPilot doesn't trust the model server's certificate."),
		locale.Mark("The account at the model server has no credit left."),
		locale.Mark("The answer took too long and was ended."),
		locale.Mark("The connection to the model server broke before the answer was complete."),
		locale.Mark("The connection to the model server failed."),
		locale.Mark("The model gave an empty answer."),
		locale.Mark("The model reached its length limit before it could answer."),
		locale.Mark("The model server answered with a web page instead of an answer."),
		locale.Mark("The model server can't let this model call tools."),
		locale.Mark("The model server didn't accept the request."),
		locale.Mark("The model server didn't answer in time."),
		locale.Mark("The model server doesn't accept TaskPilot's key."),
		locale.Mark("The model server doesn't allow this."),
		locale.Mark("The model server doesn't know the assistant."),
		locale.Mark("The model server doesn't know the model, or has another address."),
		locale.Mark("The model server has a problem of its own at the moment."),
		locale.Mark("The model server has had problems for a while."),
		locale.Mark("The model server has moved to another address."),
		locale.Mark("The model server has no Assistants API."),
		locale.Mark("The model server is busy."),
		locale.Mark("The model server reported a problem while it was answering."),
		locale.Mark("The model server sent more than TaskPilot takes."),
		locale.Mark("The model server sent something that TaskPilot can't read."),
		locale.Mark("The model server stopped sending in the middle of its work."),
		locale.Mark("The model's content filter blocked this answer."),
		locale.Mark("This answer failed, as you asked."),
		locale.Mark("This assistant does not know what to do with that button."),
		locale.Mark("This conversation has become too long for the model."),
		locale.Mark("This model can't be used over the chat completions interface."),
		locale.Mark("Trying again makes it fail again."),
		locale.Mark("Choose another one, or none, and send your message again."),
		locale.Mark("OpenAI switched its own off on 26 August 2026."),
		locale.Mark("Ask whoever runs this TaskPilot to check what the key may do."),
		locale.Mark("Ask whoever runs this TaskPilot to check OPENAI_MODEL and how the server was started."),
		locale.Mark("Ask whoever runs this TaskPilot to check its plan."),
		locale.Mark("Ask whoever runs this TaskPilot to check OPENAI_BASE_URL, or try again."),
		locale.Mark("Ask whoever runs this TaskPilot to check it."),
		locale.Mark("Ask whoever runs this TaskPilot to check that the model in OPENAI_MODEL can call tools."),
		locale.Mark("Ask whoever runs this TaskPilot to check ASSISTANT: responses is what OpenAI has now, completions suits other servers."),
		locale.Mark("Ask whoever runs this TaskPilot to check OPENAI_ASSISTANT_ID; `taskpilot assistant setup` makes a new one."),
	}
}
