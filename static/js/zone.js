// Tells the server in which time zone the person is, for dates and times.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const secure = location.protocol === "https:" ? "; secure" : "";
if (timeZone) document.cookie = `tz=${timeZone}; path=/; max-age=31536000; samesite=lax${secure}`;
