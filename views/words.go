package views

import (
	"context"

	"github.com/taskpilot/taskpilot/views/locale"
)

// scriptWords are the texts that scripts show, in the files of static/js.
func scriptWords() []string {
	return []string{
		// chips.js, files.js
		locale.Mark("Remove the file %s"),
		locale.Mark("Remove the quote %s"),
		locale.Mark("Remove the mention of %s"),
		locale.Mark("picture"),
		locale.Mark("Too many files"),
		locale.Mark("A message can have 20 files. Send these first, then the others."),
		locale.Mark("Too large: at most %s"),
		locale.Mark("This file is empty"),
		locale.Mark("no connection"),
		locale.Mark("the server did not answer"),

		// commands.js, menu.js
		locale.Mark("New chat"),
		locale.Mark("Your tasks"),
		locale.Mark("Quote the last answer"),
		locale.Mark("What can you do?"),
		locale.Mark("Attach files"),
		locale.Mark("See what a chat can show"),
		locale.Mark("Settings"),
		locale.Mark("Suggestions"),
		locale.Mark("Task"),

		// composer.js, copy.js, edit.js, quote.js, waiting-list.js
		locale.Mark("Characters left: %s"),
		locale.Mark("A file could not be sent. Remove it or try it again, then send your message."),
		locale.Mark("Your message is sent when its files are there."),
		locale.Mark("Your message waits for the answer."),
		locale.Mark("Copying is not allowed here. Select the text instead."),
		locale.Mark("Copied."),
		locale.Mark("Wait for the answer or stop it, then edit your message."),
		locale.Mark("Quote"),
		locale.Mark("Not sent. Take it back to change it."),
		locale.Mark("Not sent yet. It is tried again by itself."),
		locale.Mark("Waits for the answer"),
		locale.Mark("Waits for you"),

		// dictation.js
		locale.Mark("Dictate"),
		locale.Mark("Listening."),
		locale.Mark("Stop and write it down"),
		locale.Mark("Writing it down…"),
		locale.Mark("No microphone"),
		locale.Mark("Allow the microphone for this page in your browser, then try again. Without https, browsers give none."),
		locale.Mark("That was not written down"),
		locale.Mark("The server did not answer. Try again in a moment."),
		locale.Mark("Nothing was heard."),
	}
}

// wordsOf are the translations that the scripts of a page need: none in English.
func wordsOf(ctx context.Context) map[string]string {
	words := map[string]string{}
	for _, text := range scriptWords() {
		if translated := locale.Known(ctx, text); translated != text {
			words[text] = translated
		}
	}
	return words
}
