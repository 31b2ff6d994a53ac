import{a,b,c,d,e,f}from"./chunk-AUARSHTD.js";import"./chunk-MKSCBMJW.js";import"./chunk-QW2BUGE4.js";export{b as field,d as fill,c as look,e as put,f as restore,a as save};
