package views

import (
	"fmt"
	"strings"

	"github.com/taskpilot/taskpilot/chatkit"
)

// galleryWidget is a widget in JSON, as it comes.
type galleryWidget struct{ name, widget string }

func galleryWidgets() []galleryWidget {
	return []galleryWidget{
		{"tasks", `{"type":"Card","size":"md","key":"tasks","children":[{"type":"Title","value":"Open tasks","size":"sm"},` +
			galleryTask("todo_1", "Call the dentist", false, "due 21 November", true) + `,` + galleryTask("todo_2", "Buy milk", false, "due 22 November", false) + `,` +
			galleryTask("todo_5", "Renew the passport", true, "", false) + `,{"type":"Caption","value":"and 3 more"},{"type":"Divider","flush":true},
			{"type":"Form","key":"add","direction":"row","align":"center","gap":2,"onSubmitAction":{"type":"task.add","payload":{"status":"pending"},"loadingBehavior":"container"},"children":[
				{"type":"Input","name":"title","placeholder":"Add a task","required":true},{"type":"Button","label":"Add","submit":true,"style":"primary","size":"sm"}]}]}`},
		{"confirm", `{"type":"Card","asForm":true,"status":{"text":"Draft","icon":"mail"},"confirm":{"label":"Send","action":{"type":"mail.send","payload":{"draft":"d1"}}},"cancel":{"label":"Discard","action":{"type":"mail.discard"}},
			"children":[{"type":"Row","children":[{"type":"Caption","value":"To"},{"type":"Text","value":"linus@example.org","editable":{"name":"to","required":true,"autoComplete":"email"}}]},{"type":"Divider","flush":true},
			{"type":"Text","id":"body","value":"Dear Linus,\nthe release is on Thursday.","minLines":4,"editable":{"name":"body","required":true,"placeholder":"Write something"}}]}`},
		{"collapsed", `{"type":"Card","size":"sm","collapsed":true,"theme":"dark","background":"surface-elevated","children":[{"type":"Title","value":"Sent to Linus"},{"type":"Text","value":"It was delivered at 15:04."}],
			"status":{"text":"Done","favicon":"` + galleryPixel + `","frame":true}}`},
		{"list", `{"type":"ListView","limit":3,"status":{"text":"5 lines","icon":"maps"},"children":[` + galleryRow("Blue line", "blue-500", "blue-300") + `,` + galleryRow("Red line", "red-500", "red-300") + `,` +
			galleryRow("Green line", "green-500", "green-300") + `,` + galleryRow("Yellow line", "yellow-500", "yellow-300") + `,` + galleryRow("Pink line", "pink-500", "pink-300") + `]}`},
		{"boxes", galleryBoxes},
		{"texts", galleryTexts},
		{"badges", galleryBadges()},
		{"buttons", galleryButtons()},
		{"form", galleryForm},
		{"charts", galleryCharts},
		{"curves", galleryCurves()},
		{"table", galleryTable},
		{"pictures", `{"type":"Card","children":[{"type":"Image","src":"` + galleryPixel + `","alt":"A square","width":120,"height":80,"fit":"fill","radius":"lg","frame":true,"position":"top left"},
			{"type":"Image","src":"https://example.org/map.png","alt":"A map of the town","width":320,"aspectRatio":"16/9","radius":"xl"},{"type":"Image","src":"javascript:alert(1)","alt":"Nothing good"}]}`},
		{"basic", `{"type":"Basic","direction":"row","gap":3,"padding":2,"align":"center","justify":"between","children":[{"type":"Icon","name":"profile","size":"xl"},{"type":"Text","value":"Ada Lindqvist","weight":"semibold"},
			{"type":"Card","size":"sm","children":[{"type":"Caption","value":"A card in it"}]}]}`},
		{"growing", `{"type":"Card","size":"sm","children":[{"type":"Title","value":"A story"},{"type":"Text","id":"text","value":"Once upon a time there was","streaming":true},{"type":"Markdown","id":"more","value":"a **very** long","streaming":true},
			{"type":"Transition","children":{"type":"Text","key":"one","value":"Shown with a movement"}}]}`},
		{"unknown", `{"type":"Card","children":[{"type":"Hologram","value":"Not shown"},{"type":"ListViewItem","children":[]},7,null,{"type":"Text","value":"Only this is shown.","color":"url(https://example.org)","width":"expression(1)"}]}`},
		{"too-large", `{"type":"Card","children":[` + strings.Repeat(`{"type":"Col","children":[`, 40) + strings.Repeat(`]}`, 40) + `]}`},
	}
}

// widgetStates are the components of widgets.
func widgetStates() []State {
	list := galleryWidgets()
	states := make([]State, len(list))
	for i, s := range list {
		item := &chatkit.WidgetItem{ItemBase: base("msg_w" + s.name), Widget: []byte(s.widget), CopyText: "What the widget says"}
		states[i] = State{"widget-" + s.name, false, widgetItem(item, s.name == "growing")}
	}
	return states
}

const galleryPixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="

func galleryTask(id, title string, done bool, due string, high bool) string {
	extra := ""
	if due != "" {
		extra += `{"type":"Caption","value":"` + due + `"},`
	}
	if high {
		extra += `{"type":"Badge","label":"high","color":"danger","size":"sm"},`
	}
	return fmt.Sprintf(`{"type":"Row","key":%[1]q,"align":"center","gap":2,"children":[{"type":"Checkbox","name":"done.%[1]s","label":%[2]q,"defaultChecked":%[3]t,
		"onChangeAction":{"type":"task.toggle","payload":{"id":%[1]q,"completed":%[4]t},"loadingBehavior":"self","streaming":false}},{"type":"Spacer"},%[5]s
		{"type":"Button","label":"Delete","color":"danger","variant":"ghost","size":"xs","onClickAction":{"type":"task.delete","payload":{"id":%[1]q},"loadingBehavior":"container"}}]}`, id, title, done, !done, extra)
}

func galleryRow(name, light, dark string) string {
	return fmt.Sprintf(`{"type":"ListViewItem","key":%q,"gap":4,"onClickAction":{"type":"line.select","handler":"client","payload":{"id":%q}},"children":[
		{"type":"Box","size":22,"radius":"full","background":{"light":%q,"dark":%q}},{"type":"Text","value":%q,"size":"sm"},{"type":"Spacer"},{"type":"Icon","name":"chevron-right","color":"tertiary","size":"sm"}]}`, name, name, light, dark, name)
}

const galleryBoxes = `{"type":"Card","size":"lg","padding":{"x":6,"y":4},"border":{"size":2,"color":"strong","style":"dashed"},"children":[
	{"type":"Row","gap":3,"wrap":"wrap","justify":"between","children":[
		{"type":"Box","width":96,"height":56,"background":"red-100","radius":"md","align":"center","justify":"center","children":[{"type":"Text","value":"red-100","size":"xs","color":"red-900"}]},
		{"type":"Box","size":56,"background":"#123456","radius":"full"},
		{"type":"Box","minWidth":80,"maxWidth":"50%","flex":1,"padding":3,"background":"surface-secondary","border":{"left":{"size":4,"color":"blue-500"}},"children":[{"type":"Text","value":"A box that takes the rest","size":"sm"}]}]},
	{"type":"Row","align":"end","gap":"0.5rem","children":[{"type":"Col","flex":2,"padding":2,"background":"alpha-10","radius":"lg","children":[{"type":"Text","value":"two parts"}]},
		{"type":"Col","flex":1,"margin":{"top":4},"padding":2,"background":{"light":"yellow-100","dark":"yellow-900"},"radius":"2xs","children":[{"type":"Text","value":"one part"}]}]},
	{"type":"Divider","color":"subtle","size":3,"spacing":2},{"type":"Box","direction":"row","gap":2,"children":[{"type":"Text","value":"left"},{"type":"Spacer","minSize":20},{"type":"Text","value":"right"}]}]}`

const galleryTexts = `{"type":"Card","children":[{"type":"Title","value":"A title","size":"2xl"},{"type":"Title","value":"A smaller one","size":"md","weight":"medium","color":"secondary","textAlign":"end"},
	{"type":"Text","value":"Text in its usual size, with <b>no</b> markup & a second line\nafter a break."},{"type":"Text","value":"Italic, semibold and green","italic":true,"weight":"semibold","color":"success","size":"lg"},
	{"type":"Text","value":"Crossed out","lineThrough":true,"size":"xs"},{"type":"Text","value":"This text is far too long for the line that it is given, and is cut at its end with an ellipsis.","truncate":true},
	{"type":"Text","value":"This text is long, too, but it may take two lines before it is cut off. It goes on and on, and says little, so that nobody misses what is not shown of it.","maxLines":2},
	{"type":"Caption","value":"A caption","size":"lg"},{"type":"Markdown","value":"**Markdown** with a [link](https://example.org), ` + "`code`" + ` and\n\n- a list"},{"type":"Text","value":"مرحبا بالعالم","textAlign":"start"}]}`

func galleryBadges() string {
	var badges, icons []string
	for _, color := range []string{"secondary", "success", "danger", "warning", "info", "discovery"} {
		for _, variant := range []string{"soft", "solid", "outline"} {
			badges = append(badges, fmt.Sprintf(`{"type":"Badge","label":%q,"color":%q,"variant":%q,"pill":%t}`, color, color, variant, variant == "outline"))
		}
	}
	for _, name := range chatkit.Icons() {
		icons = append(icons, fmt.Sprintf(`{"type":"Icon","name":%q}`, name))
	}
	icons = append(icons, `{"type":"Icon","name":"lucide:none","size":"3xl","color":"danger"}`)
	return `{"type":"Card","size":"lg","children":[{"type":"Row","wrap":"wrap","gap":2,"children":[` + strings.Join(badges, ",") + `]},{"type":"Row","wrap":"wrap","gap":3,"children":[` + strings.Join(icons, ",") + `]}]}`
}

func galleryButtons() string {
	var rows []string
	for _, variant := range []string{"solid", "soft", "outline", "ghost"} {
		var row []string
		for _, color := range strings.Fields(buttonColors) {
			row = append(row, fmt.Sprintf(`{"type":"Button","label":%q,"color":%q,"variant":%q,"size":"sm","onClickAction":{"type":"press","payload":{"button":"%s/%s"}}}`, color, color, variant, variant, color))
		}
		rows = append(rows, `{"type":"Row","wrap":"wrap","gap":2,"children":[`+strings.Join(row, ",")+`]}`)
	}
	return `{"type":"Card","size":"full","children":[` + strings.Join(rows, ",") + `,{"type":"Row","gap":2,"wrap":"wrap","children":[
		{"type":"Button","label":"Tiny","size":"3xs"},{"type":"Button","label":"Large","size":"xl","iconStart":"sparkle","style":"primary"},{"type":"Button","label":"Star","iconStart":"star-filled","uniform":true,"pill":true,"onClickAction":{"type":"star"}},
		{"type":"Button","label":"Off","disabled":true,"iconEnd":"chevron-right"}]},{"type":"Button","label":"As wide as there is room","block":true,"iconSize":"lg","iconStart":"external-link","onClickAction":{"type":"open","handler":"client","loadingBehavior":"none"}}]}`
}

const galleryForm = `{"type":"Card","size":"md","children":[{"type":"Title","value":"A table for two"},{"type":"Form","direction":"col","gap":3,"onSubmitAction":{"type":"book","payload":{"place":"p1"}},"children":[
	{"type":"Label","value":"Name","fieldName":"guest.name"},{"type":"Input","name":"guest.name","required":true,"defaultValue":"Ada","autoFocus":true},
	{"type":"Label","value":"E-mail","fieldName":"guest.mail"},{"type":"Input","name":"guest.mail","inputType":"email","placeholder":"you@example.org","variant":"soft","pill":true,"size":"lg","allowAutofillExtensions":true},
	{"type":"Row","gap":2,"children":[{"type":"Input","name":"people","inputType":"number","defaultValue":"2","pattern":"[0-9]+","gutterSize":"xl"},{"type":"DatePicker","name":"day","defaultValue":"2026-11-27T00:00:00Z","min":"2026-11-26","max":"2026-12-31","onChangeAction":{"type":"day.changed"}}]},
	{"type":"Select","name":"table","placeholder":"Where would you like to sit?","clearable":true,"options":[{"value":"in","label":"Inside"},{"value":"out","label":"Outside","description":"with heaters"},{"value":"bar","label":"At the bar","disabled":true}],"onChangeAction":{"type":"table.changed"}},
	{"type":"RadioGroup","name":"menu","ariaLabel":"Menu","direction":"row","defaultValue":"veg","options":[{"value":"veg","label":"Vegetarian"},{"value":"fish","label":"Fish"},{"value":"late","label":"Late","disabled":true}]},
	{"type":"Textarea","name":"notes","placeholder":"Anything we should know?","rows":2,"autoResize":true,"maxRows":6},{"type":"Checkbox","name":"terms","label":"I will come or call","required":true},
	{"type":"Checkbox","name":"news","label":"Send me news","defaultChecked":true,"disabled":true},{"type":"Row","justify":"end","gap":2,"children":[{"type":"Button","label":"Check","onClickAction":{"type":"check"}},{"type":"Button","label":"Book","submit":true}]}]}]}`

const galleryData = `"data":[{"m":"Jan","a":3,"b":2,"c":-1},{"m":"Feb","a":5,"b":4,"c":2},{"m":"Mar","a":4,"b":1,"c":3},{"m":"Apr","a":7,"b":3},{"m":"May","a":6,"b":5,"c":1}]`

const galleryCharts = `{"type":"Card","size":"lg","children":[{"type":"Title","value":"Sales","size":"sm"},
	{"type":"Chart",` + galleryData + `,"series":[{"type":"bar","dataKey":"a","label":"Books"},{"type":"bar","dataKey":"b","label":"Maps"}],"xAxis":{"dataKey":"m","labels":{"Jan":"January"}},"showYAxis":true,"height":180},
	{"type":"Chart",` + galleryData + `,"series":[{"type":"bar","dataKey":"a","label":"Books","stack":"s","color":"purple"},{"type":"bar","dataKey":"b","label":"Maps","stack":"s","color":"pink"}],"xAxis":"m","showYAxis":true,"barCategoryGap":60,"aspectRatio":"3/1"},
	{"type":"Chart",` + galleryData + `,"series":[{"type":"area","dataKey":"a","label":"Books","curveType":"monotone","stack":"s"},{"type":"area","dataKey":"b","label":"Maps","curveType":"monotone","stack":"s","color":{"light":"green-600","dark":"green-300"}},{"type":"line","dataKey":"c","label":"Returns","color":"#c2410c"}],"xAxis":"m","showYAxis":true},
	{"type":"Chart","data":[],"series":[],"xAxis":{"dataKey":"m","hide":true},"showLegend":false,"showTooltip":false,"height":60}]}`

func galleryCurves() string {
	var charts []string
	for _, kind := range strings.Fields("linear linearClosed step stepBefore stepAfter bump bumpX bumpY monotone monotoneX monotoneY natural basis basisOpen basisClosed") {
		charts = append(charts, `{"type":"Box","width":150,"children":[{"type":"Caption","value":"`+kind+`"},{"type":"Chart","height":70,`+galleryData+
			`,"series":[{"type":"line","dataKey":"a","label":"a","curveType":"`+kind+`"}],"xAxis":{"dataKey":"m","hide":true},"showLegend":false}]}`)
	}
	return `{"type":"Card","size":"lg","children":[{"type":"Row","wrap":"wrap","gap":4,"children":[` + strings.Join(charts, ",") + `]}]}`
}

const galleryTable = `{"type":"Card","size":"lg","children":[{"type":"Table","children":[
	{"type":"Table.Row","header":true,"children":[{"type":"Table.Cell","colSize":"lg","children":[{"type":"Text","value":"Name"}]},{"type":"Table.Cell","align":"end","children":[{"type":"Text","value":"Price"}]},{"type":"Table.Cell","align":"center","width":90,"children":[{"type":"Text","value":"State"}]}]},
	{"type":"Table.Row","children":[{"type":"Table.Cell","children":[{"type":"Text","value":"Milk","weight":"medium"},{"type":"Caption","value":"with oats"}]},{"type":"Table.Cell","align":"end","vAlign":"start","children":[{"type":"Text","value":"1.20"}]},{"type":"Table.Cell","align":"center","children":[{"type":"Badge","label":"here","color":"success"}]}]},
	{"type":"Table.Row","children":[{"type":"Table.Cell","colSpan":2,"padding":4,"children":[{"type":"Text","value":"A cell over two columns"}]},{"type":"Table.Cell","vAlign":"end","children":[{"type":"Button","label":"Order","size":"xs","onClickAction":{"type":"order"}}]}]}]}]}`
